package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.math.Aggregation;
import dev.reft.math.Diagnostics;
import dev.reft.math.Ragged;
import dev.reft.math.RewardShaping.ScorePlacement;
import dev.reft.model.ForwardPass;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Slopes;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.testkit.ForwardingPolicy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the score comes after the last token, the value of the state there is used, and so it is fitted to the score. */
class LastStateTest {
    @TempDir
    Path root;

    private static PpoConfigBuilder config() {
        return Addition.config().toBuilder()
                .scorePlacement(ScorePlacement.AFTER_LAST_TOKEN)
                .aggregation(new Aggregation.TokenMean())
                .kl(new KlPenalty.None())
                .epochs(1);
    }

    private static PpoTrainer start(Policy policy, PpoConfig config) {
        return PpoTrainer.of(policy).grader(Addition.GRADER).config(config).start();
    }

    private static Shaping.Sample sample(boolean ended) {
        return new Shaping.Sample(
                true,
                ended,
                2,
                new double[3],
                new double[] {-1, -2, -0.5},
                null,
                null,
                new double[] {0.1, 0.2, 0.3, 0.7},
                0,
                0);
    }

    @Test
    void theLastReturnIsTheScore() {
        PpoConfig config = config().advantageWhitening(Optional.empty())
                .advantages(new Advantages.Gae(0.9, 0.5))
                .build();
        Shaping.Shaped shaped = new Shaping(config, 0).shape(new Shaping.Sample[] {sample(true), sample(false)});
        // By hand, from the end: A = 2 - 0.7; then r + 0.9 V' - V + 0.45 A'.
        double a3 = 2 - 0.7;
        double a2 = 0.9 * 0.7 - 0.3 + 0.45 * a3;
        double a1 = 0.9 * 0.3 - 0.2 + 0.45 * a2;
        double a0 = 0.9 * 0.2 - 0.1 + 0.45 * a1;
        assertArrayEquals(new double[] {a0, a1, a2}, shaped.advantages()[0], 1e-12);
        assertArrayEquals(new double[] {a0 + 0.1, a1 + 0.2, a2 + 0.3, 2}, shaped.returns()[0], 1e-12);
        // A completion that was cut off has its score on its last token, and no state after it.
        assertEquals(3, shaped.advantages()[1].length);
        assertArrayEquals(new double[] {2}, Arrays.copyOfRange(shaped.returns()[1], 2, 3), 1e-12);
        assertEquals(3, shaped.returns()[1].length);
    }

    /** Notes the slopes of values by row of the step, up to the first optimiser step. */
    private static final class Noting extends ForwardingPolicy {
        final Map<Integer, float[]> slopes = new TreeMap<>();
        private boolean stepped;

        Noting(Policy inner) {
            super(inner);
        }

        @Override
        public ForwardPass forward(TokenBatch batch, Set<Output> outputs) {
            ForwardPass pass = inner().forward(batch, outputs);
            return new ForwardPass() {
                @Override
                public TokenScores scores() {
                    return pass.scores();
                }

                @Override
                public void backward(Slopes all) {
                    for (Output output : List.of(Output.VALUE, Output.DETACHED_VALUE)) {
                        float[][] rows = all.channels().get(output);
                        for (int i = 0; rows != null && !stepped && i < rows.length; i++) {
                            slopes.put(batch.origin(i), rows[i].clone());
                        }
                    }
                    pass.backward(all);
                }

                @Override
                public void close() {
                    pass.close();
                }
            };
        }

        @Override
        public StepResult step(StepSize size) {
            stepped = true;
            return inner().step(size);
        }
    }

    /** By pass: all rows in one, rows of few tokens a pass, two mini-batches, the critic alone. */
    @ParameterizedTest
    @CsvSource({"100000, 1, 0", "12, 1, 0", "100000, 2, 0", "12, 1, 1"})
    void theValueLossReachesTheLastState(int microBatchTokens, int miniBatches, int warmup) {
        PpoConfig config = config().microBatchTokens(microBatchTokens)
                .miniBatches(miniBatches)
                .criticWarmup(new CriticWarmup(warmup, false))
                .build();
        try (Noting policy = new Noting(Addition.warmedUp(10));
                PpoTrainer trainer = start(policy, config)) {
            GradedRollouts graded = trainer.grade(trainer.collect(Addition.prompts()));
            Experience experience = trainer.shape(trainer.score(graded));
            List<Completion> completions = graded.rollouts().groups().stream()
                    .flatMap(group -> group.completions().stream())
                    .toList();
            int states = 0;
            int ended = 0;
            for (int i = 0; i < completions.size(); i++) {
                int n = experience.weights()[i].length;
                boolean after = completions.get(i).finish() != Finish.LENGTH;
                ended += after ? 1 : 0;
                assertEquals(n + (after ? 1 : 0), experience.returns()[i].length, "row " + i);
                double score = ((Grade.Score) graded.flat().get(i)).value();
                float[] returns = experience.returns()[i];
                assertEquals(score, returns[returns.length - 1], 1e-6);
                states += returns.length;
            }
            assertTrue(ended > 5 && ended < completions.size(), ended + " ended");
            for (float[] row : experience.valueWeights()) {
                for (float weight : row) {
                    assertEquals(1.0 / states, weight, 1e-7);
                }
            }
            double explained = Diagnostics.explainedVariance(
                    Ragged.doubles(experience.returns()), Ragged.doubles(experience.oldValues()));
            assertEquals(explained, experience.measures().getOrDefault("value/explained_variance", 0.0), 1e-5);
            trainer.update(experience);
            assertEquals(completions.size() / miniBatches, policy.slopes.size());
            double coefficient = warmup == 1 ? 1 : config.valueCoefficient();
            policy.slopes.forEach((i, slopes) -> {
                float[] returns = experience.returns()[i];
                for (int t = 0; t < slopes.length; t++) {
                    // Before the first optimiser step the value is the old one, which nothing clips.
                    double wanted = t < returns.length
                            ? coefficient
                                    * miniBatches
                                    * experience.valueWeights()[i][t]
                                    * (experience.oldValues()[i][t] - returns[t])
                            : 0;
                    assertEquals(wanted, slopes[t], 1e-7, "row " + i + ", state " + t);
                }
            });
        }
    }

    /** A host may have the critic alone learn from some rows, here from all. */
    @Test
    void rowsThatOnlyTheCriticLearnsFromAreInTheUpdate() {
        PpoConfig config = config().build();
        try (Noting policy = new Noting(Addition.warmedUp(10));
                PpoTrainer trainer = start(policy, config)) {
            Experience shaped = trainer.shape(trainer.score(trainer.grade(trainer.collect(Addition.prompts()))));
            float[][] none = new float[shaped.weights().length][];
            for (int i = 0; i < none.length; i++) {
                none[i] = new float[shaped.weights()[i].length];
            }
            StepReport report = trainer.update(new Experience(
                    shaped.step(),
                    shaped.batch(),
                    shaped.oldLogProbs(),
                    shaped.oldValues(),
                    shaped.referenceLogProbs(),
                    shaped.advantages(),
                    shaped.returns(),
                    none,
                    shaped.valueWeights(),
                    Map.of()));
            assertEquals(none.length, policy.slopes.size());
            assertTrue(report.metric("loss/value_avg") > 0);
            assertTrue(report.metrics().keySet().stream().noneMatch(name -> name.equals("policy/clipfrac_avg")));
        }
    }

    @Test
    void twoStepsAreOneAndSaveAndLoadAndOne() {
        PpoConfig config = config().miniBatches(2).epochs(2).build();
        String straight;
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = start(policy, config)) {
            trainer.step(Addition.prompts());
            trainer.save(root, "");
            trainer.step(Addition.prompts());
            straight = States.of(policy);
        }
        try (Policy policy = Addition.warmedUp(10);
                PpoTrainer trainer = PpoTrainer.of(policy)
                        .grader(Addition.GRADER)
                        .config(config)
                        .resume(root)) {
            trainer.step(Addition.prompts());
            assertEquals(straight, States.of(policy));
        }
    }
}
