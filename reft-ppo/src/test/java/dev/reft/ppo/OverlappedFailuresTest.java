package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Overlapped sampling where something goes wrong or ends: failures, refusals, interrupts, close. */
@Timeout(60)
class OverlappedFailuresTest {
    private final ExecutorService threads = Executors.newFixedThreadPool(3);
    private final LongFunction<List<Prompt>> data = step -> Addition.prompts().subList(0, step % 2 == 0 ? 9 : 6);

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    @Test
    void whatFailsBesideIsThrownByTheStepThatNeedsIt() {
        Overlapping.Watched policy = new Overlapping.Watched(Methods.policy(10));
        AtomicInteger tokens = new AtomicInteger();
        try (policy;
                OverlappedTrainer trainer = Overlapping.builder(policy, Overlapping.config())
                        .startOverlapped(Overlap.ONE_STEP, threads, data)) {
            trainer.step();
            policy.beforeToken = () -> {
                if (tokens.incrementAndGet() == 2) {
                    throw new IllegalStateException("the sampler is ill");
                }
            };
            String said = null;
            long before = -1;
            for (int i = 0; i < 3 && said == null; i++) {
                before = trainer.steps();
                try {
                    trainer.step();
                } catch (IllegalStateException e) {
                    said = e.getMessage();
                }
            }
            assertEquals("the sampler is ill", said);
            assertEquals(before, trainer.steps(), "nothing was updated");
            // It starts over from the present weights.
            assertEquals(0, trainer.step().metric("sampler/lag"));
            assertEquals(1, trainer.step().metric("sampler/lag"));
        }
        assertEquals(0, policy.open.get());
    }

    @Test
    void anExecutorThatRefusesIsNamed() {
        ExecutorService ended = Executors.newSingleThreadExecutor();
        ended.shutdown();
        try (Policy policy = Methods.policy(1);
                OverlappedTrainer trainer = Overlapping.builder(policy, Overlapping.config())
                        .startOverlapped(Overlap.ONE_STEP, ended, data)) {
            String said =
                    assertThrows(IllegalStateException.class, trainer::step).getMessage();
            assertTrue(said.contains("the executor takes no sampling of step 0"), said);
        }
    }

    @Test
    void closeEndsWhatIsBeingSampled() throws Exception {
        Overlapping.Watched policy = new Overlapping.Watched(Methods.policy(5));
        CountDownLatch sampling = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        AtomicBoolean held = new AtomicBoolean();
        AtomicInteger tokens = new AtomicInteger();
        policy.beforeToken = () -> {
            if (held.get()) {
                tokens.incrementAndGet();
                sampling.countDown();
                try {
                    closing.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        try (policy) {
            OverlappedTrainer trainer = Overlapping.builder(policy, Overlapping.config())
                    .startOverlapped(new Overlap(3, 1), threads, step -> {
                        held.set(step >= 4); // asked for by step 1 when it has its own samples
                        return data.apply(step);
                    });
            trainer.step();
            trainer.step();
            assertTrue(sampling.await(10, TimeUnit.SECONDS));
            Thread closer = new Thread(trainer::close);
            closer.start();
            while (closer.isAlive() && closer.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            closing.countDown();
            closer.join();
            assertEquals(0, policy.open.get(), "all copies are closed");
            threads.shutdown();
            assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS));
            assertEquals(1, tokens.get(), "nothing is sampled any more");
            trainer.close();
            String said =
                    assertThrows(IllegalStateException.class, trainer::step).getMessage();
            assertTrue(said.contains("closed"), said);
        }
    }

    @Test
    void anInterruptLosesNothingThatWasDrawn() throws Exception {
        List<Map<String, Double>> straight = new ArrayList<>();
        String state;
        try (Policy policy = Addition.warmedUp(10);
                OverlappedTrainer trainer = Overlapping.builder(policy, Overlapping.config())
                        .startOverlapped(Overlap.ONE_STEP, threads, data)) {
            for (int i = 0; i < 3; i++) {
                straight.add(States.timeless(trainer.step()));
            }
            state = States.of(policy);
        }
        Overlapping.Watched policy = new Overlapping.Watched(Addition.warmedUp(10));
        CountDownLatch go = new CountDownLatch(1);
        policy.beforeToken = () -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        try (policy;
                OverlappedTrainer trainer = Overlapping.builder(policy, Overlapping.config())
                        .startOverlapped(Overlap.ONE_STEP, threads, data)) {
            Thread.currentThread().interrupt();
            assertThrows(CancellationException.class, trainer::step);
            go.countDown();
            List<Map<String, Double>> reports = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                reports.add(States.timeless(trainer.step()));
            }
            assertEquals(straight, reports);
            assertEquals(state, States.of(policy));
        }
    }

    @Test
    void whatWouldGoUncorrectedOrUnrenewedIsRefused() {
        try (Policy policy = Methods.policy(1)) {
            PpoConfig plain = Methods.all().get("grpo");
            for (Overlap overlap : List.of(Overlap.ONE_STEP, new Overlap(0, 2))) {
                String said = assertThrows(
                                IllegalArgumentException.class,
                                () -> Overlapping.builder(policy, plain).startOverlapped(overlap, threads, data))
                        .getMessage();
                assertTrue(said.contains("correction"), said);
            }
            Overlapping.builder(policy, plain)
                    .startOverlapped(new Overlap(0, 1), threads, data)
                    .close();
            PpoConfig sampled =
                    plain.toBuilder().oldLogProbs(new OldLogProbs.Sampled()).build();
            try (OverlappedTrainer trainer =
                    Overlapping.builder(policy, sampled).startOverlapped(Overlap.ONE_STEP, threads, data)) {
                trainer.step();
                assertTrue(trainer.step().metric("val/first_ratio_distance") > 0);
            }
            String fixed = assertThrows(
                            IllegalArgumentException.class,
                            () -> Overlapping.builder(policy, Overlapping.config())
                                    .sampler(policy)
                                    .startOverlapped(Overlap.ONE_STEP, threads, data))
                    .getMessage();
            assertTrue(fixed.contains("Refreshable"), fixed);
            assertThrows(IllegalArgumentException.class, () -> new Overlap(-1, 1));
            assertThrows(IllegalArgumentException.class, () -> new Overlap(0, 0));
        }
    }

    @Test
    void theEndOfTheDataIsSaid() {
        try (Policy policy = Methods.policy(1);
                OverlappedTrainer trainer = Overlapping.builder(policy, Overlapping.config())
                        .startOverlapped(
                                Overlap.ONE_STEP, threads, step -> step < 2 ? Addition.prompts() : List.of())) {
            trainer.step();
            trainer.step();
            String said =
                    assertThrows(IllegalArgumentException.class, trainer::step).getMessage();
            assertTrue(said.contains("no prompts for step 2"), said);
        }
    }
}
