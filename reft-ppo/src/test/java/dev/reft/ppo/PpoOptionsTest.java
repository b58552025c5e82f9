package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Generation;
import dev.reft.generation.GenerationRequest;
import dev.reft.grading.Grade;
import dev.reft.math.Gae;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.math.LearningRate;
import dev.reft.math.MissingEnd;
import dev.reft.math.RewardShaping.ScorePlacement;
import dev.reft.model.Policy;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.testkit.ForwardingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the choices of a configuration do. */
class PpoOptionsTest {
    private static PpoTrainer start(Policy policy, PpoConfig config) {
        return PpoTrainer.of(policy).grader(Addition.GRADER).config(config).start();
    }

    @Test
    void criticWarmupLeavesThePolicyBitForBit() {
        PpoConfig config = Addition.config().toBuilder()
                .criticWarmup(new CriticWarmup(2, false))
                .build();
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = start(policy, config)) {
            float[][] before = PpoExactnessTest.probe(policy);
            String state = States.of(policy);
            for (int i = 0; i < 2; i++) {
                StepReport report = trainer.step(Addition.prompts());
                assertEquals(1, report.metric("update/critic_only"));
                assertEquals(2, report.metric("update/optimizer_steps"));
                assertFalse(report.metrics().containsKey("loss/policy_avg"));
            }
            assertArrayEquals(before, PpoExactnessTest.probe(policy));
            assertNotEquals(state, States.of(policy), "the value head learns");
            assertEquals(0, trainer.step(Addition.prompts()).metric("update/critic_only"));
            assertFalse(java.util.Arrays.deepEquals(before, PpoExactnessTest.probe(policy)));
        }
    }

    @Test
    void anUpdateStopsBeforeTheStepThatIsTooFarFromTheOldPolicy() {
        PpoConfig config = Addition.config().toBuilder().epochs(6).stopKl(1e-4).build();
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = start(policy, config)) {
            StepReport report = trainer.step(Addition.prompts());
            assertEquals(1, report.metric("update/stopped_by_kl"));
            double steps = report.metric("update/optimizer_steps");
            assertTrue(steps >= 1 && steps < 6, steps + " steps");
            // Gradients of the step that was not taken are gone: a state can be saved.
            States.of(policy);
        }
    }

    @Test
    void theAdaptiveCoefficientFollowsTheMeasures() {
        KlController.Adaptive control = new KlController.Adaptive(0.05, 0.01, 500);
        PpoConfig config = Addition.config().toBuilder()
                .kl(new KlPenalty.InReward(KlEstimator.K1, control))
                .build();
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = start(policy, config)) {
            double coefficient = 0.05;
            for (int i = 0; i < 5; i++) {
                StepReport report = trainer.step(Addition.prompts());
                assertEquals(coefficient, report.metric("objective/kl_coef"), 1e-15);
                coefficient = control.next(coefficient, report.metric("objective/kl"), 72);
            }
            assertNotEquals(0.05, coefficient);
        }
    }

    @Test
    void shapeIsPureAndUpdateMovesTheCoefficientByTheMeasures() {
        PpoConfig config = Addition.config().toBuilder()
                .kl(new KlPenalty.InReward(KlEstimator.K1, new KlController.Adaptive(0.05, 1, 720)))
                .build();
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = start(policy, config)) {
            ScoredRollouts scored = trainer.score(trainer.grade(trainer.collect(Addition.prompts())));
            Experience experience = trainer.shape(scored);
            assertArrayEquals(experience.advantages(), trainer.shape(scored).advantages());
            Experience told = new Experience(
                    experience.step(),
                    experience.batch(),
                    experience.oldLogProbs(),
                    experience.oldValues(),
                    experience.referenceLogProbs(),
                    experience.advantages(),
                    experience.returns(),
                    experience.weights(),
                    Map.of("objective/kl", 3.0, "rows", 72.0));
            trainer.update(told);
            Experience next = trainer.shape(trainer.score(trainer.grade(trainer.collect(Addition.prompts()))));
            assertEquals(0.05 * (1 + 0.2 * 72 / 720), next.measures().get("objective/kl_coef"), 1e-15);
        }
    }

    @Test
    void stagesInARowAreAStep() {
        String whole;
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = start(policy, Addition.config())) {
            trainer.step(Addition.prompts());
            whole = States.of(policy);
        }
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = start(policy, Addition.config())) {
            trainer.update(trainer.shape(trainer.score(trainer.grade(trainer.collect(Addition.prompts())))));
            assertEquals(whole, States.of(policy));
        }
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = start(policy, Addition.config())) {
            trainer.update(trainer.grade(trainer.collect(Addition.prompts())));
            assertEquals(whole, States.of(policy));
        }
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .groupGrader((prompt, group) -> {
                            List<Grade> grades = new ArrayList<>();
                            for (var completion : group) {
                                grades.add(Addition.GRADER.grade(prompt, completion));
                            }
                            assertEquals(8, grades.size());
                            return grades;
                        })
                        .config(Addition.config())
                        .gradingExecutor(Runnable::run)
                        .start()) {
            trainer.step(Addition.prompts());
            assertEquals(whole, States.of(policy));
        }
    }

    @Test
    void withoutAPenaltyThereIsNoReference() {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = start(
                        policy,
                        Addition.config().toBuilder().kl(new KlPenalty.None()).build())) {
            ScoredRollouts scored = trainer.score(trainer.grade(trainer.collect(Addition.prompts())));
            assertNull(scored.reference());
            StepReport report = trainer.update(trainer.shape(scored));
            assertFalse(report.metrics().containsKey("objective/kl"));
            assertEquals(0, report.metric("objective/non_score_reward"));
        }
    }

    @Test
    void theReferenceStaysWhereTheRunBegan() {
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = start(policy, Addition.config())) {
            assertEquals(0, trainer.step(Addition.prompts()).metric("objective/kl"), "first KL of a copy");
            assertNotEquals(0, trainer.step(Addition.prompts()).metric("objective/kl"));
        }
    }

    @Test
    void aPenaltyInTheLossReachesItAndNotTheReward() {
        PpoConfig config = Addition.config().toBuilder()
                .kl(new KlPenalty.InLoss(KlEstimator.K2, new KlController.Fixed(0.5)))
                .build();
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = start(policy, config)) {
            trainer.step(Addition.prompts());
            StepReport report = trainer.step(Addition.prompts());
            assertEquals(0, report.metric("objective/non_score_reward"));
            assertTrue(report.metric("loss/kl_avg") > 0);
        }
    }

    @Test
    void ratesFollowTheScheduleByTheTrainersStep() {
        List<StepSize> sizes = new ArrayList<>();
        Policy policy = new ForwardingPolicy(Addition.warmedUp(2)) {
            @Override
            public StepResult step(StepSize size) {
                sizes.add(size);
                return inner().step(size);
            }
        };
        try (policy;
                PpoTrainer trainer = start(
                        policy,
                        Addition.config().toBuilder()
                                .policyRate(1e-3)
                                .valueRate(2e-3)
                                .policySchedule(new LearningRate.Linear(0, 4))
                                .build())) {
            trainer.step(Addition.prompts());
            trainer.step(Addition.prompts());
            assertEquals(4, sizes.size());
            assertEquals(1e-3, sizes.get(1).policyRate(), 1e-12);
            assertEquals(0.75e-3, sizes.get(2).policyRate(), 1e-12);
            assertEquals(2e-3, sizes.get(3).valueRate(), 1e-12);
            assertEquals(1, sizes.get(0).maxGradientNorm());
        }
    }

    private static Shaping.Sample sample(boolean ended, double score) {
        return new Shaping.Sample(
                true,
                ended,
                score,
                new double[3],
                new double[] {-1, -2, -0.5},
                new double[] {-1.5, -1, -0.5},
                null,
                new double[] {0.1, 0.2, 0.3, 0.7},
                0,
                0);
    }

    private static Shaping.Shaped shape(PpoConfig config, Shaping.Sample sample) {
        return new Shaping(config, 0.1).shape(new Shaping.Sample[] {sample});
    }

    private static PpoConfigBuilder plain() {
        return PpoConfig.reft().toBuilder().advantageWhitening(Optional.empty());
    }

    @Test
    void scoresLandWhereTheyAreToldTo() {
        double[] last = shape(plain().build(), sample(true, 2)).rewards()[0];
        assertArrayEquals(new double[] {-0.05, 0.1, 2}, last, 1e-12);
        PpoConfig after =
                plain().scorePlacement(ScorePlacement.AFTER_LAST_TOKEN).build();
        Shaping.Shaped ended = shape(after, sample(true, 2));
        assertArrayEquals(new double[] {-0.05, 0.1, 0, 2}, ended.rewards()[0], 1e-12);
        double[] wanted =
                Gae.advantages(new double[] {-0.05, 0.1, 0, 2}, new double[] {0.1, 0.2, 0.3, 0.7, 0}, 1, 0.95);
        assertArrayEquals(java.util.Arrays.copyOf(wanted, 3), ended.advantages()[0], 1e-12);
        assertArrayEquals(last, shape(after, sample(false, 2)).rewards()[0], 1e-12);
    }

    @Test
    void truncationIsTheEndOrIsBootstrapped() {
        double[] zero = shape(plain().build(), sample(false, 0)).advantages()[0];
        PpoConfig config = plain().advantages(
                        new Advantages.Gae(1, 0.95, Truncation.BOOTSTRAP, Advantages.ScoreBaseline.NONE))
                .build();
        double[] bootstrapped = shape(config, sample(false, 0)).advantages()[0];
        assertEquals(zero[2] + 0.7, bootstrapped[2], 1e-12);
        assertArrayEquals(
                shape(plain().build(), sample(true, 0)).advantages()[0],
                shape(config, sample(true, 0)).advantages()[0]);
    }

    @Test
    void missingEndsAndBoundsMakeTheScoreThatCounts() {
        assertEquals(2, shape(plain().build(), sample(false, 2)).rewards()[0][2], 1e-12);
        PpoConfig penalty = plain().missingEnd(new MissingEnd.Subtract(1)).build();
        assertEquals(1, shape(penalty, sample(false, 2)).rewards()[0][2], 1e-12);
        assertEquals(2, shape(penalty, sample(true, 2)).rewards()[0][2], 1e-12);
        PpoConfig replaced =
                plain().missingEnd(new MissingEnd.Replace(-10)).scoreBound(5).build();
        assertEquals(-5, shape(replaced, sample(false, 2)).rewards()[0][2], 1e-12);
    }

    @Test
    void aLongTruncatedCompletionIsReported() {
        try (Policy policy = Addition.warmedUp(0);
                PpoTrainer trainer = start(policy, Addition.config())) {
            Rollouts rollouts = trainer.collect(Addition.prompts());
            long cut = rollouts.groups().stream()
                    .flatMap(g -> g.completions().stream())
                    .filter(c -> c.finish() == Finish.LENGTH)
                    .count();
            assertTrue(cut > 0);
            StepReport report = trainer.update(trainer.grade(rollouts));
            assertEquals(cut / 72.0, report.metric("response/truncated"), 1e-12);
            assertEquals(72 - cut, report.metric("val/num_eos_tokens"));
            for (String name : List.of(
                    "objective/kl",
                    "objective/entropy",
                    "objective/scores",
                    "objective/rlhf_reward",
                    "objective/non_score_reward",
                    "policy/approxkl_avg",
                    "policy/clipfrac_avg",
                    "policy/entropy_avg",
                    "loss/policy_avg",
                    "loss/value_avg",
                    "val/clipfrac_avg",
                    "val/ratio",
                    "val/ratio_var",
                    "value/explained_variance",
                    "gradient/norm_avg",
                    "grade/part/exact",
                    "lr",
                    "eps",
                    "episode",
                    "time/score_s",
                    "time/update_s",
                    "time/total_s")) {
                assertTrue(Double.isFinite(report.metric(name)), name);
            }
        }
    }

    @Test
    void gradingRunsWhileSamplesStillComeIn() {
        java.util.concurrent.CountDownLatch graded = new java.util.concurrent.CountDownLatch(1);
        boolean[] inTime = {false};
        Policy policy = new ForwardingPolicy(Addition.warmedUp(10)) {
            @Override
            public Generation generation() {
                Generation all = inner().generation();
                return new Generation() {
                    private boolean someEnded;

                    @Override
                    public void add(GenerationRequest request) {
                        all.add(request);
                    }

                    @Override
                    public int unfinished() {
                        return all.unfinished();
                    }

                    @Override
                    public List<Completion> advance() {
                        if (someEnded && !inTime[0]) {
                            try {
                                inTime[0] = graded.await(10, java.util.concurrent.TimeUnit.SECONDS);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        }
                        List<Completion> ended = all.advance();
                        someEnded |= !ended.isEmpty();
                        return ended;
                    }

                    @Override
                    public void close() {
                        all.close();
                    }
                };
            }
        };
        try (policy;
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader((prompt, completion) -> {
                            graded.countDown();
                            return Addition.GRADER.grade(prompt, completion);
                        })
                        .config(Addition.config().toBuilder()
                                .concurrentSamples(8)
                                .build())
                        .start()) {
            trainer.step(Addition.prompts());
        }
        assertTrue(inTime[0], "no completion was graded before sampling ended");
    }
}
