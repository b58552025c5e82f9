package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.testkit.ForwardingPolicy;
import dev.reft.testkit.LocalReplicas;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas do what one process does. */
@Timeout(60)
class ReplicasTest {
    @TempDir
    Path root;

    interface Rank<T> {
        T run(Replicas replicas) throws Exception;
    }

    static <T> List<T> together(int size, Rank<T> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(size);
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (LocalReplicas rank : LocalReplicas.of(size)) {
                futures.add(threads.submit(() -> work.run(rank)));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(50, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private record Run(List<Map<String, Double>> reports, float[][] logProbs) {}

    private static final PpoConfig CONFIG =
            ResumeTest.config().toBuilder().miniBatches(3).build();

    private static Policy warmedUp(Replicas replicas) {
        Policy policy = Addition.policy(replicas);
        Addition.warmUp(policy, 10);
        return policy;
    }

    private static Run run(Replicas replicas, Grader grader) {
        return run(warmedUp(replicas), grader, CONFIG);
    }

    private static Run run(Policy given, Grader grader, PpoConfig config) {
        try (Policy policy = given;
                PpoTrainer trainer =
                        PpoTrainer.of(policy).grader(grader).config(config).start()) {
            List<Map<String, Double>> reports = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                reports.add(States.timeless(trainer.step(Addition.prompts())));
            }
            return new Run(reports, PpoExactnessTest.probe(policy));
        }
    }

    private static Grade grade(Prompt prompt, Completion completion) throws Exception {
        if (prompt.id().equals("1+1") && completion.sample() == 3) {
            throw new IllegalStateException("down");
        }
        return Addition.GRADER.grade(prompt, completion);
    }

    @Test
    void twoAndThreeReplicasLearnWhatOneProcessLearns() throws Exception {
        Run one = run(Replicas.SINGLE, ReplicasTest::grade);
        assertEquals(1.0, one.reports.get(0).get("grade/failed"));
        for (int size = 2; size <= 3; size++) {
            same(one, together(size, replicas -> run(replicas, ReplicasTest::grade)));
        }
    }

    @Test
    void groupMethodsAreTheSameOnTwo() throws Exception {
        for (PpoConfig method : Methods.all().values()) {
            Rank<Run> run = replicas -> run(Methods.policy(replicas, 10), ReplicasTest::grade, method);
            same(run.run(Replicas.SINGLE), together(2, run));
        }
    }

    private static void same(Run one, List<Run> ranks) {
        for (Run rank : ranks) {
            for (int i = 0; i < one.reports.size(); i++) {
                Map<String, Double> wanted = one.reports.get(i);
                Map<String, Double> given = rank.reports.get(i);
                assertEquals(wanted.keySet(), given.keySet());
                wanted.forEach((name, value) ->
                        assertEquals(value, given.getOrDefault(name, Double.NaN), 1e-9 + 1e-9 * Math.abs(value), name));
            }
            for (int i = 0; i < one.logProbs.length; i++) {
                for (int t = 0; t < one.logProbs[i].length; t++) {
                    assertEquals(one.logProbs[i][t], rank.logProbs[i][t], 1e-6);
                }
            }
        }
    }

    @Test
    void whiteningCanBeEachReplicasOwn() throws Exception {
        PpoConfig own =
                CONFIG.toBuilder().whiteningScope(WhiteningScope.EACH_REPLICA).build();
        List<float[][]> advantages = together(2, replicas -> {
            try (Policy policy = warmedUp(replicas);
                    PpoTrainer trainer = PpoTrainer.of(policy)
                            .grader(Addition.GRADER)
                            .config(own)
                            .start()) {
                return trainer.shape(trainer.score(trainer.grade(trainer.collect(Addition.prompts()))))
                        .advantages();
            }
        });
        for (int rank = 0; rank < 2; rank++) {
            double sum = 0;
            for (int row = 0; row < advantages.get(0).length; row++) {
                for (float advantage : advantages.get(0)[row]) {
                    sum += row / 8 % 2 == rank ? advantage : 0;
                }
            }
            assertEquals(0, sum, 1e-4, "mean of rank " + rank);
        }
    }

    @Test
    void oneRanksInterruptOrFailureEndsAllAndTheStepMayBeRepeated() throws Exception {
        List<float[][]> results = together(2, replicas -> {
            boolean[] first = {true};
            try (Policy policy = warmedUp(replicas);
                    PpoTrainer trainer = PpoTrainer.of(policy)
                            .grader(Addition.GRADER)
                            .config(CONFIG)
                            .start()) {
                if (replicas.rank() == 1 && first[0]) {
                    Thread.currentThread().interrupt();
                }
                first[0] = false;
                try {
                    trainer.step(Addition.prompts());
                    throw new IllegalStateException("not cancelled");
                } catch (CancellationException e) {
                    trainer.step(Addition.prompts());
                }
                return PpoExactnessTest.probe(policy);
            }
        });
        for (int i = 0; i < results.get(0).length; i++) {
            org.junit.jupiter.api.Assertions.assertArrayEquals(results.get(0)[i], results.get(1)[i]);
        }
        failureOfOneRankEndsAll(() -> {
            throw new IllegalStateException("no memory on this rank");
        });
        failureOfOneRankEndsAll(() -> {
            throw new OutOfMemoryError("no memory on this rank");
        });
    }

    private static void failureOfOneRankEndsAll(Runnable failure) {
        ExecutionException failed = org.junit.jupiter.api.Assertions.assertThrows(
                ExecutionException.class,
                () -> together(2, replicas -> {
                    Policy policy = new ForwardingPolicy(warmedUp(replicas)) {
                        @Override
                        public dev.reft.generation.Generation generation() {
                            if (replicas.rank() == 1) {
                                failure.run();
                            }
                            return inner().generation();
                        }
                    };
                    try (policy;
                            PpoTrainer trainer = PpoTrainer.of(policy)
                                    .grader(Addition.GRADER)
                                    .config(CONFIG)
                                    .start()) {
                        return trainer.step(Addition.prompts());
                    }
                }));
        assertTrue(failed.getCause().getMessage().contains("no memory on this rank"));
    }

    @Test
    void onlyTheFirstRankSavesAndAllResume() throws Exception {
        together(2, replicas -> {
            try (Policy policy = warmedUp(replicas);
                    PpoTrainer trainer = PpoTrainer.of(policy)
                            .grader(Addition.GRADER)
                            .config(CONFIG)
                            .start()) {
                trainer.step(Addition.prompts());
                trainer.save(root, "both");
                return 0;
            }
        });
        List<String> states = together(2, replicas -> {
            try (Policy policy = warmedUp(replicas);
                    PpoTrainer trainer = PpoTrainer.of(policy)
                            .grader(Addition.GRADER)
                            .config(CONFIG)
                            .resume(root)) {
                assertEquals("both", trainer.hostState());
                trainer.step(Addition.prompts());
                return States.of(policy);
            }
        });
        assertEquals(states.get(0), states.get(1));
    }

    @Test
    void supervisedTrainingIsTheSameOnTwo() throws Exception {
        Rank<float[][]> train = replicas -> {
            try (Policy policy = Addition.policy(replicas)) {
                Addition.warmUp(policy, 12);
                return PpoExactnessTest.probe(policy);
            }
        };
        float[][] one = train.run(Replicas.SINGLE);
        for (float[][] rank : together(2, train)) {
            for (int i = 0; i < one.length; i++) {
                org.junit.jupiter.api.Assertions.assertArrayEquals(one[i], rank[i], 1e-6f);
            }
        }
    }
}
