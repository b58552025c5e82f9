package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.testkit.LocalReplicas;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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

    private record Run(List<Map<String, Double>> reports, String state) {}

    private static Map<String, Double> without(StepReport report, String... names) {
        Map<String, Double> metrics = States.timeless(report);
        List.of(names).forEach(metrics::remove);
        return metrics;
    }

    private Run run(PpoConfig config, Overlap overlap, Executor executor, int steps) {
        try (Policy policy = Addition.warmedUp(10);
                OverlappedTrainer trainer =
                        Overlapping.builder(policy, config).startOverlapped(overlap, executor, data)) {
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
        for (PpoConfig config : List.of(Overlapping.config(), ppo)) {
            List<Map<String, Double>> reports = new ArrayList<>();
            String state;
            try (Policy policy = Addition.warmedUp(10);
                    PpoTrainer trainer = Overlapping.builder(policy, config).start()) {
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
        Run pooled = run(Overlapping.config(), Overlap.ONE_STEP, threads, 5);
        assertEquals(pooled, run(Overlapping.config(), Overlap.ONE_STEP, Runnable::run, 5));
        // As late as can be: nothing is drawn before the training waits for it.
        Thread training = Thread.currentThread();
        Executor late = task -> threads.execute(() -> {
            while (training.getState() != Thread.State.WAITING
                    && !Thread.currentThread().isInterrupted()) {
                Thread.yield();
            }
            task.run();
        });
        assertEquals(pooled, run(Overlapping.config(), Overlap.ONE_STEP, late, 5));
        assertNotEquals(pooled.state, run(Overlapping.config(), new Overlap(0, 1), threads, 5).state);
    }

    @Test
    void oneStepBehindItLearnsAndSaysHowFarBehindItWas() {
        try (Policy policy = Methods.policy(15);
                OverlappedTrainer trainer = Overlapping.builder(policy, Overlapping.config())
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
            Overlapping.Watched policy = new Overlapping.Watched(Methods.policy(10));
            try (policy;
                    OverlappedTrainer trainer = Overlapping.builder(
                                    policy,
                                    Overlapping.config().toBuilder()
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
    void aRunThatResumesGoesOnAsTheOneThatSaved() {
        for (Overlap overlap : List.of(Overlap.ONE_STEP, new Overlap(2, 2))) {
            Path folder = root.resolve("" + overlap.lag());
            List<Map<String, Double>> straight = new ArrayList<>();
            String state;
            try (Policy policy = Addition.warmedUp(10);
                    OverlappedTrainer trainer =
                            Overlapping.builder(policy, Overlapping.config()).startOverlapped(overlap, threads, data)) {
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
                    OverlappedTrainer trainer = Overlapping.builder(policy, Overlapping.config())
                            .resumeOverlapped(folder, overlap, threads, data)) {
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
                                () -> Overlapping.builder(policy, Overlapping.config())
                                        .resumeOverlapped(folder, new Overlap(5, 1), threads, data))
                        .getMessage();
                assertTrue(other.contains("overlap.lag = " + overlap.lag()), other);
                String plain = assertThrows(
                                IllegalArgumentException.class,
                                () -> Overlapping.builder(policy, Overlapping.config())
                                        .resume(folder))
                        .getMessage();
                assertTrue(plain.contains("overlap"), plain);
            }
        }
    }

    @Test
    void aSamplerElsewhereGetsItsWeightsByFile() {
        Run copies = run(Overlapping.config(), Overlap.ONE_STEP, threads, 4);
        try (Policy policy = Addition.warmedUp(10);
                Overlapping.Elsewhere elsewhere = new Overlapping.Elsewhere(policy.frozenCopy());
                OverlappedTrainer trainer = Overlapping.builder(policy, Overlapping.config())
                        .sampler(elsewhere)
                        .startOverlapped(Overlap.ONE_STEP, threads, data)) {
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
                OverlappedTrainer trainer = Overlapping.builder(policy, Overlapping.config())
                        .startOverlapped(Overlap.ONE_STEP, threads, data)) {
            List<Map<String, Double>> reports = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                reports.add(States.timeless(trainer.step()));
            }
            return new Run(reports, "");
        }
    }
}
