package dev.reft.testkit.tiny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.LanguageModel;
import dev.reft.model.Models;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.model.Training;
import dev.reft.testkit.ForwardingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link Models#shared}: many threads, one model. */
@Timeout(60)
class SharedModelsTest {
    private final Policy policy = TinyModel.of("abcdef").withContext(24).policy(Training.full(1));
    private final List<Thread> started = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(8, task -> {
        Thread thread = new Thread(task);
        started.add(thread);
        return thread;
    });

    @AfterEach
    void end() throws InterruptedException {
        threads.shutdownNow();
        assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS));
    }

    private static TokenBatch batch(int seed) {
        return TokenBatch.of(List.of(
                Row.of(new int[] {2 + seed % 5, 3}, new int[] {4, 5}), Row.of(new int[] {2}, new int[] {seed % 7})));
    }

    private static GenerationRequest request(int seed, Constraint constraint) {
        return new GenerationRequest(
                "r", new int[] {2 + seed % 5}, new long[] {seed, seed + 1}, Sampling.at(1), 12, List.of(), constraint);
    }

    @Test
    void manyThreadsGetWhatOneWouldHaveGot() throws Exception {
        try (LanguageModel shared = Models.shared(policy.frozenCopy())) {
            List<Future<TokenScores>> scores = new ArrayList<>();
            List<Future<List<Completion>>> samples = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                int seed = i;
                scores.add(threads.submit(() -> shared.score(batch(seed), Set.of(Output.LOG_PROB, Output.VALUE))));
                samples.add(threads.submit(() -> shared.generate(List.of(request(seed, Constraint.NONE)))));
            }
            for (int i = 0; i < 60; i++) {
                TokenScores alone = policy.score(batch(i), Set.of(Output.LOG_PROB, Output.VALUE));
                assertArrayEquals(alone.logProbs(), scores.get(i).get().logProbs());
                assertArrayEquals(alone.values(), scores.get(i).get().values());
                List<Completion> expected = policy.generate(List.of(request(i, Constraint.NONE)));
                List<Completion> got = samples.get(i).get();
                assertEquals(expected.size(), got.size());
                for (int s = 0; s < got.size(); s++) {
                    assertArrayEquals(expected.get(s).tokens(), got.get(s).tokens());
                    assertEquals("r", got.get(s).request());
                }
            }
        }
    }

    @Test
    void aFailingConstraintIsItsOwnersOnly() throws Exception {
        try (LanguageModel shared = Models.shared(policy.frozenCopy())) {
            Generation bad = shared.generation();
            Generation good = shared.generation();
            bad.add(request(1, (row, allowed) -> {
                throw new IllegalArgumentException("mine");
            }));
            good.add(request(2, Constraint.NONE));
            List<Completion> completions = new ArrayList<>();
            while (good.unfinished() > 0) {
                completions.addAll(good.advance());
            }
            assertEquals(2, completions.size());
            String message =
                    assertThrows(IllegalStateException.class, bad::advance).getMessage();
            assertTrue(message.contains("mine"), message);
            bad.close();
            good.close();
        }
    }

    @Test
    void theModelIsFreeWhenNoGenerationIsUnderWay() {
        LanguageModel shared = Models.shared(policy);
        Generation first = shared.generation();
        Generation second = shared.generation();
        first.add(request(3, Constraint.NONE));
        second.add(request(4, Constraint.NONE));
        while (first.unfinished() > 0) {
            first.advance();
        }
        first.close();
        second.close();
        policy.step(new StepSize(0.1, 0.1, 1));
        assertThrows(IllegalStateException.class, second::advance);
        shared.close();
        shared.close();
        assertThrows(IllegalStateException.class, () -> policy.score(batch(0), Set.of(Output.LOG_PROB)));
        assertThrows(IllegalStateException.class, () -> shared.score(batch(0), Set.of(Output.LOG_PROB)));
    }

    @Test
    void waitingBatchesMergeAndABadOneSpoilsNoOther() throws Exception {
        Slow slow = new Slow(policy);
        Scorer shared = Models.shared((Scorer) slow);
        Future<TokenScores> first = threads.submit(() -> shared.score(batch(0), Set.of(Output.LOG_PROB)));
        slow.entered.await();
        List<Future<TokenScores>> rest = new ArrayList<>();
        for (int i = 1; i < 5; i++) {
            TokenBatch batch = i == 3 ? TokenBatch.of(List.of(Row.of(new int[] {99}, new int[] {1}))) : batch(i);
            rest.add(threads.submit(() -> shared.score(batch, Set.of(Output.LOG_PROB))));
        }
        awaitWaiting(5);
        slow.go.countDown();
        assertEquals(2, first.get().logProbs().length);
        for (int i = 1; i < 5; i++) {
            if (i == 3) {
                Throwable cause =
                        assertThrows(Exception.class, rest.get(2)::get).getCause();
                assertSame(IllegalArgumentException.class, cause.getClass());
            } else {
                assertArrayEquals(
                        policy.score(batch(i), Set.of(Output.LOG_PROB)).logProbs(),
                        rest.get(i - 1).get().logProbs());
            }
        }
        // One alone, then the other four together, then these four one by one because one is bad.
        assertEquals(
                List.of(2, 7, 2, 2, 1, 2).stream().sorted().toList(),
                slow.sizes.stream().sorted().toList());
    }

    /** Returns once so many threads of the pool wait, be it in the model or for their turn. */
    private void awaitWaiting(int count) {
        while (started.stream()
                        .filter(thread -> thread.getState() == Thread.State.WAITING)
                        .count()
                < count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void anInterruptedThreadStopsWaiting() throws Exception {
        Slow slow = new Slow(policy);
        Scorer shared = Models.shared((Scorer) slow);
        Future<TokenScores> first = threads.submit(() -> shared.score(batch(0), Set.of(Output.LOG_PROB)));
        slow.entered.await();
        Thread.currentThread().interrupt();
        assertThrows(CancellationException.class, () -> shared.score(batch(1), Set.of(Output.LOG_PROB)));
        assertTrue(Thread.interrupted());
        slow.go.countDown();
        first.get();
        assertEquals(List.of(2), slow.sizes);
    }

    /** Waits in its first call until told to go on. */
    private static final class Slow extends ForwardingPolicy {
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);
        private final List<Integer> sizes = new ArrayList<>();

        Slow(Policy inner) {
            super(inner);
        }

        @Override
        public TokenScores score(TokenBatch batch, Set<Output> wanted) {
            sizes.add(batch.size());
            entered.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return super.score(batch, wanted);
        }
    }
}
