package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.grading.Prompt;
import dev.reft.math.ImportanceCorrection;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelInfo;
import dev.reft.model.ModelSpec;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Refreshable;
import dev.reft.model.Replicas;
import dev.reft.model.Sampler;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.testkit.ForwardingPolicy;
import dev.reft.testkit.LocalReplicas;
import dev.reft.testkit.tiny.TinyProvider;
import dev.reft.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sampling beside updates: exact where it can be, bounded, repeatable, and ended by close. */
@Timeout(60)
class OverlappedTrainerTest {
    @TempDir
    Path root;

    private final ExecutorService threads = Executors.newFixedThreadPool(3);
    private final LongFunction<List<Prompt>> data = step -> Addition.prompts().subList(0, step % 2 == 0 ? 9 : 6);

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    private static PpoConfig config() {
        return Methods.all().get("grpo").toBuilder()
                .correction(Optional.of(new ImportanceCorrection.Truncated(0, 2)))
                .build();
    }

    private static PpoTrainer.Builder builder(Policy policy, PpoConfig config) {
        return PpoTrainer.of(policy).grader(Addition.GRADER).config(config);
    }

    /** A copy whose samples can be watched, delayed or broken. */
    private static class Copy implements LanguageModel {
        private final LanguageModel inner;

        Copy(LanguageModel inner) {
            this.inner = inner;
        }

        void beforeToken() {}

        @Override
        public Generation generation() {
            Generation generation = inner.generation();
            return new Generation() {
                @Override
                public void add(GenerationRequest request) {
                    generation.add(request);
                }

                @Override
                public int unfinished() {
                    return generation.unfinished();
                }

                @Override
                public List<Completion> advance() {
                    beforeToken();
                    return generation.advance();
                }

                @Override
                public void close() {
                    generation.close();
                }
            };
        }

        @Override
        public TokenScores score(TokenBatch batch, Set<Output> wanted) {
            return inner.score(batch, wanted);
        }

        @Override
        public ModelInfo info() {
            return inner.info();
        }

        @Override
        public Tokenizer tokenizer() {
            return inner.tokenizer();
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    /** Counts the copies that are open, and may do something before each token that a copy draws. */
    private static final class Watched extends ForwardingPolicy {
        final AtomicInteger open = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        volatile Runnable beforeToken = () -> {};

        Watched(Policy inner) {
            super(inner);
        }

        @Override
        public LanguageModel frozenCopy() {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            return new Copy(inner().frozenCopy()) {
                @Override
                void beforeToken() {
                    beforeToken.run();
                }

                @Override
                public void close() {
                    super.close();
                    open.decrementAndGet();
                }
            };
        }
    }

    private record Run(List<Map<String, Double>> reports, String state) {}

    private static Map<String, Double> without(StepReport report, String... names) {
        Map<String, Double> metrics = States.timeless(report);
        List.of(names).forEach(metrics::remove);
        return metrics;
    }

    private Run run(PpoConfig config, Overlap overlap, Executor executor, int steps) {
        try (Policy policy = Addition.warmedUp(10);
                OverlappedTrainer trainer = builder(policy, config).startOverlapped(overlap, executor, data)) {
            List<Map<String, Double>> reports = new ArrayList<>();
            for (int i = 0; i < steps; i++) {
                reports.add(without(trainer.step(), "sampler/lag"));
            }
            return new Run(reports, States.of(policy));
        }
    }

    @Test
    void withoutLagItIsThePlainTrainerBitForBit() {
        PpoConfig ppo = Addition.config().toBuilder().miniBatches(2).build();
        for (PpoConfig config : List.of(config(), ppo)) {
            List<Map<String, Double>> reports = new ArrayList<>();
            String state;
            try (Policy policy = Addition.warmedUp(10);
                    PpoTrainer trainer = builder(policy, config).start()) {
                for (int i = 0; i < 4; i++) {
                    reports.add(States.timeless(trainer.step(data.apply(i))));
                }
                state = States.of(policy);
            }
            assertEquals(new Run(reports, state), run(config, new Overlap(0, 1), threads, 4));
        }
    }

    @Test
    void theExecutorsPaceChangesNothing() {
        Run pooled = run(config(), Overlap.ONE_STEP, threads, 5);
        assertEquals(pooled, run(config(), Overlap.ONE_STEP, Runnable::run, 5));
        Executor late = task -> threads.execute(() -> {
            try {
                Thread.sleep(30);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            task.run();
        });
        assertEquals(pooled, run(config(), Overlap.ONE_STEP, late, 5));
        assertNotEquals(pooled.state, run(config(), new Overlap(0, 1), threads, 5).state);
    }

    @Test
    void oneStepBehindItLearnsAndSaysHowFarBehindItWas() {
        try (Policy policy = Methods.policy(15);
                OverlappedTrainer trainer = builder(policy, config())
                        .startOverlapped(Overlap.ONE_STEP, threads, step -> Addition.prompts())) {
            double first = 0;
            double last = 0;
            for (int step = 0; step < 60; step++) {
                StepReport report = trainer.step();
                assertEquals(step == 0 ? 0 : 1, report.metric("sampler/lag"));
                double far = report.metric("sampler/kl_k3");
                assertTrue(step < 1 ? far < 1e-9 : far > 0, "step " + step + ": " + far);
                assertTrue(report.metric("sampler/ratio_max") >= report.metric("sampler/ratio_mean"));
                assertTrue(report.metric("sampler/truncated_share") < 0.5);
                assertEquals(0, report.metric("val/first_ratio_distance"));
                first += step < 1 ? report.metric("objective/scores") : 0;
                last += step >= 55 ? report.metric("objective/scores") / 5 : 0;
            }
            assertTrue(first < 0.4 && last > 0.65, first + " to " + last);
        }
    }

    @Test
    void noSampleIsOlderThanTheBoundAndNoCopyIsLeft() {
        for (Overlap overlap : List.of(Overlap.ONE_STEP, new Overlap(2, 1), new Overlap(1, 3), new Overlap(0, 2))) {
            Watched policy = new Watched(Methods.policy(10));
            try (policy;
                    OverlappedTrainer trainer = builder(
                                    policy,
                                    config().toBuilder()
                                            .kl(new KlPenalty.None())
                                            .build())
                            .startOverlapped(overlap, threads, data)) {
                List<Integer> lags = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    lags.add((int) trainer.step().metric("sampler/lag"));
                }
                List<Integer> wanted =
                        switch (10 * overlap.lag() + overlap.renewEvery()) {
                            case 11 -> List.of(0, 1, 1, 1, 1, 1, 1, 1);
                            case 21 -> List.of(0, 1, 2, 2, 2, 2, 2, 2);
                            case 13 -> List.of(0, 1, 2, 3, 1, 2, 3, 1);
                            default -> List.of(0, 1, 0, 1, 0, 1, 0, 1);
                        };
                assertEquals(wanted, lags);
                assertTrue(lags.stream().allMatch(lag -> lag <= overlap.mostBehind()));
            }
            assertEquals(0, policy.open.get(), "open copies");
            assertTrue(policy.most.get() <= Math.max(1, overlap.lag()), policy.most + " copies with " + overlap);
        }
    }

    @Test
    void whatFailsBesideIsThrownByTheStepThatNeedsIt() {
        Watched policy = new Watched(Methods.policy(10));
        AtomicInteger tokens = new AtomicInteger();
        try (policy;
                OverlappedTrainer trainer =
                        builder(policy, config()).startOverlapped(Overlap.ONE_STEP, threads, data)) {
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
                OverlappedTrainer trainer = builder(policy, config()).startOverlapped(Overlap.ONE_STEP, ended, data)) {
            String said =
                    assertThrows(IllegalStateException.class, trainer::step).getMessage();
            assertTrue(said.contains("the executor takes no sampling of step 0"), said);
        }
    }

    @Test
    void closeEndsWhatIsBeingSampled() throws Exception {
        Watched policy = new Watched(Methods.policy(5));
        CountDownLatch sampling = new CountDownLatch(1);
        try (policy) {
            OverlappedTrainer trainer = builder(policy, config()).startOverlapped(new Overlap(3, 1), threads, data);
            trainer.step();
            AtomicInteger tokens = new AtomicInteger();
            policy.beforeToken = () -> {
                tokens.incrementAndGet();
                sampling.countDown();
                try {
                    Thread.sleep(50);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            };
            trainer.step();
            assertTrue(sampling.await(10, TimeUnit.SECONDS));
            trainer.close();
            int then = tokens.get();
            assertEquals(1, policy.open.get() + 1, "all copies are closed");
            Thread.sleep(150);
            assertEquals(then, tokens.get(), "nothing is sampled any more");
            trainer.close();
            String said =
                    assertThrows(IllegalStateException.class, trainer::step).getMessage();
            assertTrue(said.contains("closed"), said);
        }
    }

    @Test
    void anInterruptLosesNothingThatWasDrawn() throws Exception {
        Run straight = run(config(), Overlap.ONE_STEP, threads, 3);
        Watched policy = new Watched(Addition.warmedUp(10));
        CountDownLatch go = new CountDownLatch(1);
        policy.beforeToken = () -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        try (policy;
                OverlappedTrainer trainer =
                        builder(policy, config()).startOverlapped(Overlap.ONE_STEP, threads, data)) {
            Thread.currentThread().interrupt();
            assertThrows(CancellationException.class, trainer::step);
            go.countDown();
            List<Map<String, Double>> reports = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                reports.add(without(trainer.step(), "sampler/lag"));
            }
            assertEquals(straight, new Run(reports, States.of(policy)));
        }
    }

    @Test
    void aRunThatResumesGoesOnAsTheOneThatSaved() {
        for (Overlap overlap : List.of(Overlap.ONE_STEP, new Overlap(2, 2))) {
            Path folder = root.resolve("" + overlap.lag());
            List<Map<String, Double>> straight = new ArrayList<>();
            String state;
            try (Policy policy = Addition.warmedUp(10);
                    OverlappedTrainer trainer = builder(policy, config()).startOverlapped(overlap, threads, data)) {
                trainer.step();
                trainer.step();
                trainer.step();
                trainer.save(folder, "here");
                for (int i = 0; i < 4; i++) {
                    straight.add(States.timeless(trainer.step()));
                }
                state = States.of(policy);
            }
            assertEquals(0, straight.get(0).get("sampler/lag"), "a save starts over from the saved weights");
            try (Policy policy = Addition.warmedUp(10);
                    OverlappedTrainer trainer =
                            builder(policy, config()).resumeOverlapped(folder, overlap, threads, data)) {
                assertEquals("here", trainer.hostState());
                assertEquals(3, trainer.steps());
                List<Map<String, Double>> resumed = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    resumed.add(States.timeless(trainer.step()));
                }
                assertEquals(straight, resumed);
                assertEquals(state, States.of(policy));
            }
            try (Policy policy = Addition.warmedUp(10)) {
                String other = assertThrows(
                                IllegalArgumentException.class,
                                () -> builder(policy, config())
                                        .resumeOverlapped(folder, new Overlap(5, 1), threads, data))
                        .getMessage();
                assertTrue(other.contains("overlap.lag = " + overlap.lag()), other);
                String plain = assertThrows(
                                IllegalArgumentException.class,
                                () -> builder(policy, config()).resume(folder))
                        .getMessage();
                assertTrue(plain.contains("overlap"), plain);
            }
        }
    }

    /** A sampler elsewhere: its own weights, read from files. */
    private static final class Elsewhere implements Sampler, Refreshable {
        private LanguageModel model;
        private final List<Path> folders = new ArrayList<>();

        Elsewhere(LanguageModel first) {
            model = first;
        }

        @Override
        public void refresh(Path exported) {
            model.close();
            model = new TinyProvider().open(ModelSpec.of(exported.toString()));
            folders.add(exported);
        }

        @Override
        public Generation generation() {
            return model.generation();
        }

        @Override
        public ModelInfo info() {
            return model.info();
        }

        @Override
        public Tokenizer tokenizer() {
            return model.tokenizer();
        }

        @Override
        public void close() {
            model.close();
        }
    }

    @Test
    void aSamplerElsewhereGetsItsWeightsByFile() {
        Run copies = run(config(), Overlap.ONE_STEP, threads, 4);
        try (Policy policy = Addition.warmedUp(10);
                Elsewhere elsewhere = new Elsewhere(policy.frozenCopy());
                OverlappedTrainer trainer =
                        builder(policy, config()).sampler(elsewhere).startOverlapped(Overlap.ONE_STEP, threads, data)) {
            for (int i = 0; i < 4; i++) {
                double wanted = copies.reports.get(i).getOrDefault("objective/scores", Double.NaN);
                assertEquals(wanted, trainer.step().metric("objective/scores"), 1e-9);
            }
            trainer.close();
            assertTrue(elsewhere.folders.size() >= 4, elsewhere.folders.size() + " refreshes");
            for (Path folder : elsewhere.folders) {
                assertTrue(!java.nio.file.Files.exists(folder), folder + " is left behind");
            }
        }
    }

    @Test
    void whatWouldGoUncorrectedOrUnrenewedIsRefused() {
        try (Policy policy = Methods.policy(1)) {
            PpoConfig plain = Methods.all().get("grpo");
            for (Overlap overlap : List.of(Overlap.ONE_STEP, new Overlap(0, 2))) {
                String said = assertThrows(
                                IllegalArgumentException.class,
                                () -> builder(policy, plain).startOverlapped(overlap, threads, data))
                        .getMessage();
                assertTrue(said.contains("correction"), said);
            }
            builder(policy, plain)
                    .startOverlapped(new Overlap(0, 1), threads, data)
                    .close();
            PpoConfig sampled =
                    plain.toBuilder().oldLogProbs(new OldLogProbs.Sampled()).build();
            try (OverlappedTrainer trainer =
                    builder(policy, sampled).startOverlapped(Overlap.ONE_STEP, threads, data)) {
                trainer.step();
                assertTrue(trainer.step().metric("val/first_ratio_distance") > 0);
            }
            String fixed = assertThrows(
                            IllegalArgumentException.class,
                            () -> builder(policy, config())
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
                OverlappedTrainer trainer = builder(policy, config())
                        .startOverlapped(
                                Overlap.ONE_STEP, threads, step -> step < 2 ? Addition.prompts() : List.of())) {
            trainer.step();
            trainer.step();
            String said =
                    assertThrows(IllegalArgumentException.class, trainer::step).getMessage();
            assertTrue(said.contains("no prompts for step 2"), said);
        }
    }

    @Test
    void twoReplicasAreOne() throws Exception {
        Run one = replica(Replicas.SINGLE);
        List<Future<Run>> ranks = new ArrayList<>();
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            for (LocalReplicas rank : LocalReplicas.of(2)) {
                ranks.add(two.submit(() -> replica(rank)));
            }
            for (Future<Run> rank : ranks) {
                List<Map<String, Double>> reports = rank.get(40, TimeUnit.SECONDS).reports;
                for (int i = 0; i < reports.size(); i++) {
                    Map<String, Double> given = reports.get(i);
                    one.reports
                            .get(i)
                            .forEach((name, value) ->
                                    assertEquals(value, given.getOrDefault(name, Double.NaN), 1e-6, name));
                }
            }
        } finally {
            two.shutdownNow();
        }
    }

    private Run replica(Replicas replicas) {
        try (Policy policy = Methods.policy(replicas, 10);
                OverlappedTrainer trainer =
                        builder(policy, config()).startOverlapped(Overlap.ONE_STEP, threads, data)) {
            List<Map<String, Double>> reports = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                reports.add(States.timeless(trainer.step()));
            }
            return new Run(reports, "");
        }
    }
}
