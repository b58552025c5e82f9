package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.model.Policy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Methods without a critic, through the trainer, on a policy that has no values. */
class GroupMethodsTest {
    @TempDir
    Path root;

    @TestFactory
    Stream<DynamicTest> everyMethodLearnsSums() {
        return Methods.all().entrySet().stream()
                .map(method -> DynamicTest.dynamicTest(method.getKey(), () -> learns(method.getValue())));
    }

    private static void learns(PpoConfig config) {
        try (Policy policy = Methods.policy(15);
                PpoTrainer trainer = Methods.start(policy, config)) {
            StepReport first = trainer.step(Addition.prompts());
            double last = 0;
            for (int i = 0; i < 60; i++) {
                double score = trainer.step(Addition.prompts()).metric("objective/raw_scores");
                last += i >= 55 ? score / 5 : 0;
            }
            assertEquals(0, first.metric("val/first_ratio_distance"));
            assertTrue(first.metric("objective/raw_scores") < 0.4, "start " + first.metric("objective/raw_scores"));
            assertTrue(last > 0.65, "end " + last);
            for (String name :
                    List.of("loss/value_avg", "value/mean", "value/explained_variance", "val/clipfrac_avg")) {
                assertFalse(first.metrics().containsKey(name), name);
            }
        }
    }

    private record Run(List<Map<String, Double>> reports, float[][] logProbs) {}

    private static Run run(PpoConfig config, int steps) {
        try (Policy policy = Methods.policy(10);
                PpoTrainer trainer = Methods.start(policy, config)) {
            List<Map<String, Double>> reports = new ArrayList<>();
            for (int i = 0; i < steps; i++) {
                reports.add(States.timeless(trainer.step(Addition.prompts())));
            }
            return new Run(reports, PpoExactnessTest.probe(policy));
        }
    }

    @Test
    void cutsOfAnySizeAgree() {
        for (Map.Entry<String, PpoConfig> method : Methods.all().entrySet()) {
            PpoConfig config =
                    method.getValue().toBuilder().epochs(2).miniBatches(1).build();
            Run whole = run(config.toBuilder().microBatchTokens(100_000).build(), 2);
            for (int tokens : new int[] {1, 12, 48}) {
                Run cut = run(config.toBuilder().microBatchTokens(tokens).build(), 2);
                for (int i = 0; i < whole.logProbs.length; i++) {
                    assertArrayEquals(whole.logProbs[i], cut.logProbs[i], 1e-4f, method.getKey());
                }
                for (String name : List.of("loss/policy_avg", "gradient/norm_avg", "val/ratio")) {
                    double wanted = whole.reports.get(1).getOrDefault(name, Double.NaN);
                    double given = cut.reports.get(1).getOrDefault(name, Double.NaN);
                    assertEquals(wanted, given, 1e-5 * Math.abs(wanted) + 1e-8, method.getKey() + " " + name);
                }
            }
        }
    }

    @Test
    void theFirstLossOfGrpoIsNothingAndItsSlopesAreNot() {
        PpoConfig config = Methods.all().get("grpo").toBuilder()
                .kl(new KlPenalty.None())
                .entropyCoefficient(0)
                .build();
        // The advantages of a group add up to 0; with one token a completion so do their losses.
        Map<String, Double> report =
                run(config.toBuilder().maxTokens(1).build(), 1).reports.get(0);
        assertEquals(0, report.getOrDefault("loss/policy_avg", Double.NaN), 1e-7);
        assertTrue(report.getOrDefault("gradient/norm_avg", 0.0) > 1e-3);
    }

    @Test
    void groupsAreMeasured() {
        try (Policy policy = Methods.policy(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader((prompt, completion) ->
                                Grade.of(prompt.id().startsWith("0") ? 1 : completion.sample() < 4 ? 1 : 0))
                        .config(Methods.all().get("grpo"))
                        .start()) {
            Experience experience = trainer.shape(trainer.score(trainer.grade(trainer.collect(Addition.prompts()))));
            assertEquals(3.0 / 9, experience.measures().get("frac_reward_zero_std"), 1e-12);
            double deviation = Math.sqrt(8 * 0.25 / 7);
            assertEquals(deviation * 6 / 9, experience.measures().get("reward_std"), 1e-12);
            for (int row = 0; row < 72; row++) {
                boolean uniform = row < 24;
                double wanted = uniform ? 0 : (row % 8 < 4 ? 0.5 : -0.5) / (deviation + 1e-4);
                for (float advantage : experience.advantages()[row]) {
                    assertEquals(wanted, advantage, 1e-6);
                }
            }
        }
    }

    private static Grade halfFails(dev.reft.grading.Prompt prompt, Completion completion) {
        if (completion.sample() >= 2) {
            throw new IllegalStateException("down");
        }
        return completion.sample() == 0 ? Grade.of(1) : prompt.id().startsWith("0") ? Grade.none("no") : Grade.of(0);
    }

    @Test
    void samplesWithoutAScoreAreInNoBaseline() {
        try (Policy policy = Methods.policy(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(GroupMethodsTest::halfFails)
                        .config(Methods.all().get("drGrpo"))
                        .start()) {
            Experience experience = trainer.shape(trainer.score(trainer.grade(trainer.collect(Addition.prompts()))));
            for (int row = 0; row < 72; row++) {
                // One score left in a group: nothing to compare with. Two: half a point each way.
                double wanted = row < 24 || row % 8 > 1 ? 0 : row % 8 == 0 ? 0.5 : -0.5;
                for (int t = 0; t < experience.advantages()[row].length; t++) {
                    assertEquals(wanted, experience.advantages()[row][t], 1e-6);
                    assertEquals(row % 8 < (row < 24 ? 1 : 2), experience.weights()[row][t] != 0);
                }
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> oneSampleOfAPromptIsRefusedWhereSamplesAreCompared() {
        Map<String, PpoConfig> methods = new java.util.TreeMap<>(Methods.all());
        methods.put("tulu31", PpoConfig.tulu31());
        methods.put("a critic and the group's mean", Methods.both());
        assertFalse(methods.remove("reinforce++").advantages().needsGroups());
        return methods.entrySet().stream()
                .map(method -> DynamicTest.dynamicTest(method.getKey(), () -> {
                    PpoConfigBuilder one = method.getValue().toBuilder().samplesPerPrompt(1);
                    String said = assertThrows(IllegalArgumentException.class, one::build)
                            .getMessage();
                    assertTrue(said.contains("samplesPerPrompt 1") && said.contains("at least 2"), said);
                }));
    }

    /** A group of one by accident: the other samples' gradings failed. What is whitened over the batch is moved with the batch. */
    @TestFactory
    Stream<DynamicTest> oneScoreLeftInAGroupMovesNothing() {
        return Methods.all().entrySet().stream()
                .filter(method -> method.getValue().advantages().needsGroups()
                        && method.getValue().advantageWhitening().isEmpty())
                .map(method -> DynamicTest.dynamicTest(method.getKey(), () -> {
                    try (Policy policy = Methods.policy(10);
                            PpoTrainer trainer = PpoTrainer.of(policy)
                                    .grader(GroupMethodsTest::halfFails)
                                    .config(method.getValue())
                                    .start()) {
                        Experience experience =
                                trainer.shape(trainer.score(trainer.grade(trainer.collect(Addition.prompts()))));
                        boolean others = false;
                        for (int row = 0; row < 72; row++) {
                            for (float advantage : experience.advantages()[row]) {
                                if (row < 24) {
                                    assertEquals(0, advantage);
                                }
                                others |= advantage != 0;
                            }
                        }
                        assertTrue(others, "groups of two are compared");
                    }
                }));
    }

    @Test
    void longCompletionsArePunishedAfterTheirScore() {
        PpoConfig config = Methods.all().get("dapo");
        try (Policy policy = Methods.policy(10);
                PpoTrainer trainer = Methods.start(policy, config)) {
            GradedRollouts graded = trainer.grade(trainer.collect(Addition.prompts()));
            Experience experience = trainer.shape(trainer.score(graded));
            double longest = 0;
            for (Rollouts.Group group : graded.rollouts().groups()) {
                for (Completion completion : group.completions()) {
                    longest += completion.tokens().length == 2 ? 1 : 0;
                }
            }
            assertTrue(longest > 0);
            assertEquals(
                    experience.measures().get("objective/raw_scores") - 0.25 * longest / 72,
                    experience.measures().get("objective/scores"),
                    1e-12);
        }
    }

    @Test
    void aCriticAndTheGroupsMeanGoTogether() {
        try (Policy policy = Addition.warmedUp(15);
                PpoTrainer trainer = Methods.start(policy, Methods.both())) {
            double first = trainer.step(Addition.prompts()).metric("objective/scores");
            double last = 0;
            for (int i = 0; i < 50; i++) {
                last = trainer.step(Addition.prompts()).metric("objective/scores");
            }
            assertTrue(first < 0.4 && last > 0.7, first + " to " + last);
        }
    }

    @Test
    void aMethodWithValuesNeedsAValueHead() {
        try (Policy policy = Methods.policy(1)) {
            String said = assertThrows(IllegalArgumentException.class, () -> Methods.start(policy, Addition.config()))
                    .getMessage();
            assertTrue(said.contains("does not give VALUE") && said.contains("Gae"), said);
        }
    }

    @Test
    void resumesBitForBitAndRefusesAnotherMethod() {
        PpoConfig config = Methods.all().get("gspo");
        List<Map<String, Double>> straight;
        String state;
        try (Policy policy = Methods.policy(10);
                PpoTrainer trainer = Methods.start(policy, config)) {
            trainer.step(Addition.prompts());
            trainer.save(root, "");
            straight = List.of(
                    States.timeless(trainer.step(Addition.prompts())),
                    States.timeless(trainer.step(Addition.prompts())));
            state = States.of(policy);
        }
        try (Policy policy = Methods.policy(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(Addition.GRADER)
                        .config(config)
                        .resume(root)) {
            assertEquals(
                    straight,
                    List.of(
                            States.timeless(trainer.step(Addition.prompts())),
                            States.timeless(trainer.step(Addition.prompts()))));
            assertEquals(state, States.of(policy));
        }
        try (Policy policy = Methods.policy(10)) {
            Methods.all().forEach((name, other) -> {
                if (!other.equals(config)) {
                    String said = assertThrows(
                                    IllegalArgumentException.class,
                                    () -> PpoTrainer.of(policy)
                                            .grader(Addition.GRADER)
                                            .config(other)
                                            .resume(root))
                            .getMessage();
                    assertTrue(said.contains("the checkpoint has config."), said);
                }
            });
        }
    }
}
