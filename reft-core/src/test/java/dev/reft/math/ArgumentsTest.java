package dev.reft.math;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Wrong arguments are refused with their value; edges give what the Javadoc says. */
class ArgumentsTest {
    private static void refused(String part, Supplier<?> call) {
        String message = assertThrows(IllegalArgumentException.class, call::get).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void badNumbersAreNamed() {
        refused("2 rewards need 3 values, not 2", () -> Gae.advantages(new double[2], new double[2], 1, 1));
        refused("gamma 1.5", () -> Gae.advantages(new double[1], new double[2], 1.5, 1));
        refused("lambda NaN", () -> Gae.advantages(new double[1], new double[2], 1, Double.NaN));
        refused("low -0.1", () -> ClippedSurrogate.symmetric(-0.1));
        refused("dual 1.0", () -> ClippedSurrogate.symmetric(0.2).withDual(1));
        refused("range 0.0", () -> new ClippedValue(0));
        refused("epsilon -1.0", () -> new Whitening(true, true, -1, Whitening.EpsilonRule.ADD));
        refused("3 rows but 2 flags", () -> Whitening.ADVANTAGES.apply(new double[3][1], new boolean[2]));
        refused("length 0.0", () -> new Aggregation.FixedLength(0));
        refused("target 0.0", () -> new KlController.Adaptive(0.1, 0, 1));
        assertEquals(0, new KlController.Adaptive(0.1, 1, 10).next(0.1, 0, 1000), "a penalty, never a reward");
        refused("initial Infinity", () -> new KlController.Fixed(Double.POSITIVE_INFINITY));
        refused(
                "score 2.0",
                () -> RewardShaping.rewards(new double[0], 0.1, 2, RewardShaping.ScorePlacement.LAST_TOKEN));
        refused("buffer 0.0", () -> RewardProcessing.overlongPenalty(1, 10, 0, 1));
        refused("do not vary", () -> RewardProcessing.GainBias.normalising(new double[] {2, 2}));
        refused("total 5.0", () -> new LearningRate.Linear(10, 5));
        refused("temperature 0.0", () -> Categorical.entropy(new double[] {1, 2}, 0));
        refused(
                "none of 2 logits",
                () -> Categorical.entropy(new double[] {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY}, 1));
        refused("2 logits but 3 other logits", () -> Categorical.divergence(new double[2], new double[3], 1));
        refused("k 3.0", () -> Accuracy.passAtK(2, 1, 3));
        refused("beta 0.0", () -> new PreferenceLoss.Logistic(0, 0, false));
        refused("smoothing -0.1", () -> new AnchoredPreference.ExoPair(0.1, -0.1));
        refused("smoothing 0.5", () -> new AnchoredPreference.ExoPair(0.1, 0.5));
        refused("chosenLength 0.0", () -> new Preference(0, 0, 0, 0, 0, 1));
        refused("high 1.0", () -> new ImportanceCorrection.Truncated(2, 1));
        refused("maxNorm 0.0", () -> AdamWStep.clipFactor(1, 0));
        refused("number of scores 0.0", () -> Voting.bestOf(new double[0]));
    }

    @Test
    void edges() {
        assertArrayEquals(new double[0], Gae.advantages(new double[0], new double[1], 1, 1));
        assertEquals(0, Moments.of(new double[] {3}, true).variance());
        assertEquals(new Moments(0, 0, 0), Moments.of(new double[0], true));
        double[][] alone = new Whitening(true, true, 0, Whitening.EpsilonRule.ADD).apply(new double[][] {{3}});
        assertArrayEquals(new double[] {0}, alone[0]);
        // As published up to five horizons of samples in a step; beyond them the bound holds, and 0 stays 0.
        KlController.Adaptive adaptive = new KlController.Adaptive(0.2, 6, 100);
        assertEquals(0.2 * (1 - 0.2 * 4.99), adaptive.next(0.2, 0, 499), 1e-12);
        assertEquals(0, adaptive.next(0.2, -50, 501));
        assertEquals(0, adaptive.next(0, 60, 100));
        assertEquals(1e-3, new AnchoredPreference.ExoPair(0.1, 0).smoothing());
        assertEquals(
                new AnchoredPreference.ExoPair(0.1, 1e-3).of(new Preference(-5, -6, -5.5, -5, 3, 4)),
                new AnchoredPreference.ExoPair(0.1, 0).of(new Preference(-5, -6, -5.5, -5, 3, 4)));
        assertEquals(0.3, new KlController.Fixed(0.3).next(0.3, 100, 10));
        assertArrayEquals(new double[] {0, 0}, new Aggregation.TokenMean().weights(new int[] {2}, new boolean[1])[0]);
        assertArrayEquals(new double[] {1, 1}, new Aggregation.TokenSum().weights(new int[] {2})[0]);
        assertEquals(0.0, RewardProcessing.NumericScore.REFT.of(OptionalDouble.empty(), 1));
        assertEquals(0.1, RewardProcessing.NumericScore.REFT.of(OptionalDouble.of(Double.NaN), 1));
        assertEquals(1.0, RewardProcessing.NumericScore.REFT.of(OptionalDouble.of(1), 1));
        assertTrue(Voting.majority(Arrays.asList(null, null)).isEmpty());
        assertEquals("b", Voting.majority(List.of("b", "a")).orElseThrow());
        assertEquals(0, Categorical.entropy(new double[] {1, Double.NEGATIVE_INFINITY}, 1));
        assertEquals(1, AdamWStep.clipFactor(5, Double.POSITIVE_INFINITY));
        assertEquals(1, new LearningRate.Constant(0).factor(0));
        assertEquals(0, new LearningRate.Linear(2, 4).factor(9));
        assertEquals(1, new LearningRate.InverseSquareRoot(0).factor(0));
    }

    @Test
    void intervalsAndTests() {
        // Wilson's interval for 8 of 10 at 95 %: 0.4902 to 0.9433 (Brown, Cai and DasGupta 2001, their formula).
        Accuracy.Interval interval = Accuracy.wilson(8, 10, 1.959964);
        assertEquals(0.4902, interval.low(), 5e-5);
        assertEquals(0.9433, interval.high(), 5e-5);
        assertEquals(0, Accuracy.wilson(0, 5, 1.96).low());
        assertEquals(1, Accuracy.wilson(5, 5, 1.96).high());
        // Two-sided binomial test of 2 against 8: 2 (1 + 10 + 45) / 1024.
        assertEquals(112.0 / 1024, Accuracy.mcNemar(2, 8), 1e-12);
        assertEquals(112.0 / 1024, Accuracy.mcNemar(8, 2), 1e-12);
        assertEquals(1, Accuracy.mcNemar(5, 5));
        assertEquals(1, Accuracy.mcNemar(0, 0));
        assertEquals(2 * Math.pow(0.5, 20), Accuracy.mcNemar(0, 20), 1e-15);
    }

    @Test
    void explainedVarianceIgnoresTheStateAfterTheEnd() {
        double[][] returns = {{1, 2}, {3}};
        assertEquals(1, Diagnostics.explainedVariance(returns, new double[][] {{1, 2, 99}, {3, -99}}), 1e-6);
        assertEquals(0, Diagnostics.explainedVariance(returns, new double[][] {{5, 5}, {5}}), 1e-6);
    }

    @Test
    void conversionsRoundToNearest() {
        assertArrayEquals(new float[] {0.1f}, Ragged.floats(new double[] {0.1}));
        assertArrayEquals(new double[] {0.1f}, Ragged.doubles(new float[] {0.1f}));
        assertEquals(2, Ragged.doubles(new float[][] {{1}, {}}).length);
    }
}
