package dev.reft.math;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** What must hold for any numbers. */
class FormulaPropertiesTest {
    @Provide
    Arbitrary<double[]> row() {
        return Arbitraries.doubles()
                .between(-3, 3)
                .ofScale(4)
                .array(double[].class)
                .ofMinSize(1)
                .ofMaxSize(12);
    }

    @Provide
    Arbitrary<double[][]> rows() {
        return row().array(double[][].class).ofMinSize(1).ofMaxSize(5);
    }

    @Provide
    Arbitrary<int[]> lengths() {
        return Arbitraries.integers()
                .between(0, 9)
                .array(int[].class)
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    @Property(tries = 300)
    void withLambdaOneTheReturnIsTheDiscountedSumOfRewards(
            @ForAll("row") double[] rewards, @ForAll @DoubleRange(min = 0, max = 1) double gamma, @ForAll int seed) {
        double[] values =
                new java.util.Random(seed).doubles(rewards.length + 1, -2, 2).toArray();
        double[] bootstrapped = rewards.clone();
        bootstrapped[rewards.length - 1] += gamma * values[rewards.length];
        double[] returns = Gae.returns(Gae.advantages(rewards, values, gamma, 1), values);
        assertClose(Gae.returnsToGo(bootstrapped, gamma), returns);
    }

    @Property(tries = 300)
    void withLambdaZeroTheAdvantageIsTheTemporalDifference(@ForAll("row") double[] rewards, @ForAll int seed) {
        double[] values =
                new java.util.Random(seed).doubles(rewards.length + 1, -2, 2).toArray();
        double[] advantages = Gae.advantages(rewards, values, 0.9, 0);
        for (int t = 0; t < rewards.length; t++) {
            assertEquals(rewards[t] + 0.9 * values[t + 1] - values[t], advantages[t], 1e-12);
        }
    }

    @Property(tries = 200)
    void theTailOfARowDoesNotKnowItsHead(@ForAll("row") double[] rewards, @ForAll int seed) {
        double[] values =
                new java.util.Random(seed).doubles(rewards.length + 1, -2, 2).toArray();
        double[] whole = Gae.advantages(rewards, values, 0.99, 0.95);
        int from = rewards.length / 2;
        double[] tail = Gae.advantages(
                Arrays.copyOfRange(rewards, from, rewards.length),
                Arrays.copyOfRange(values, from, values.length),
                0.99,
                0.95);
        assertClose(Arrays.copyOfRange(whole, from, whole.length), tail);
    }

    @Property(tries = 200)
    void whiteningDoesNotSeeShiftAndScale(
            @ForAll("rows") double[][] rows,
            @ForAll @DoubleRange(min = 0.5, max = 20) double scale,
            @ForAll @DoubleRange(min = -5, max = 5) double shift) {
        Whitening exact = new Whitening(true, true, 0, Whitening.EpsilonRule.ADD);
        if (Moments.of(rows, true).variance() < 1e-6) {
            return;
        }
        double[][] moved = new double[rows.length][];
        Arrays.setAll(
                moved, i -> Arrays.stream(rows[i]).map(x -> scale * x + shift).toArray());
        double[][] white = exact.apply(rows);
        double[][] whiteMoved = exact.apply(moved);
        for (int i = 0; i < rows.length; i++) {
            for (int t = 0; t < rows[i].length; t++) {
                assertEquals(white[i][t], whiteMoved[i][t], 1e-6);
            }
        }
        assertEquals(0, Moments.of(white, true).mean(), 1e-9);
        assertEquals(1, Moments.of(white, true).variance(), 1e-9);
    }

    @Property(tries = 200)
    void whiteningDoesNotSeeRowsThatDoNotCount(@ForAll("rows") double[][] rows, @ForAll("row") double[] extra) {
        double[][] more = Arrays.copyOf(rows, rows.length + 1);
        more[rows.length] = extra;
        boolean[] counted = new boolean[more.length];
        Arrays.fill(counted, 0, rows.length, true);
        double[][] white = Whitening.ADVANTAGES.apply(rows);
        double[][] whiteMore = Whitening.ADVANTAGES.apply(more, counted);
        for (int i = 0; i < rows.length; i++) {
            assertClose(white[i], whiteMore[i]);
        }
        assertClose(new double[extra.length], whiteMore[rows.length]);
    }

    @Property(tries = 500)
    void k3IsNeverNegativeAndTheOthersAreConsistent(
            @ForAll @DoubleRange(min = -60, max = 0) double logProb,
            @ForAll @DoubleRange(min = -60, max = 0) double reference) {
        assertTrue(KlEstimator.K3.value(logProb, reference) >= 0);
        assertTrue(KlEstimator.K2.value(logProb, reference) >= 0);
        assertEquals(KlEstimator.K1.value(logProb, reference), -KlEstimator.K1.value(reference, logProb), 1e-12);
        assertTrue(Math.abs(KlEstimator.K3.value(logProb, reference, 20, 10)) <= 10);
        assertEquals(0, KlEstimator.K3.value(logProb, logProb));
    }

    @Property(tries = 500)
    void theSurrogateIsAtLeastTheUnclippedLossAndAtMostTheDualBound(
            @ForAll @DoubleRange(min = -3, max = 0) double logProb,
            @ForAll @DoubleRange(min = -3, max = 0) double old,
            @ForAll @DoubleRange(min = -2, max = 2) double advantage) {
        ClippedSurrogate plain = ClippedSurrogate.symmetric(0.2);
        assertTrue(plain.loss(logProb, old, advantage) >= -advantage * Math.exp(logProb - old) - 1e-12);
        if (advantage < 0) {
            assertTrue(plain.withDual(3).loss(logProb, old, advantage) <= -3 * advantage + 1e-12);
        }
        assertEquals(1, plain.ratio(old, old));
    }

    @Property(tries = 200)
    void weightsMakeMeans(@ForAll("lengths") int[] lengths, @ForAll @IntRange(max = 8) int out) {
        boolean[] counted = new boolean[lengths.length];
        int rows = 0;
        for (int i = 0; i < lengths.length; i++) {
            counted[i] = i != out;
            rows += counted[i] && lengths[i] > 0 ? 1 : 0;
        }
        double wanted = rows == 0 ? 0 : 1;
        assertEquals(wanted, total(new Aggregation.TokenMean().weights(lengths, counted)), 1e-12);
        assertEquals(wanted, total(new Aggregation.SequenceMean().weights(lengths, counted)), 1e-12);
    }

    @Property(tries = 200)
    void aRowThatCountsTwiceIsAsTwoRows(@ForAll("lengths") int[] lengths) {
        double[] counts = new double[lengths.length];
        Arrays.setAll(counts, i -> i % 4);
        List<Integer> repeated = new ArrayList<>();
        for (int i = 0; i < lengths.length; i++) {
            for (int n = 0; n < i % 4; n++) {
                repeated.add(lengths[i]);
            }
        }
        int[] each = repeated.stream().mapToInt(Integer::intValue).toArray();
        for (Aggregation aggregation : List.of(
                new Aggregation.TokenMean(),
                new Aggregation.SequenceMean(),
                new Aggregation.SequenceSum(),
                new Aggregation.FixedLength(7),
                new Aggregation.TokenSum())) {
            double[][] weighted = aggregation.weights(lengths, counts);
            double[][] wanted = aggregation.weights(each);
            for (int i = 0, row = 0; i < lengths.length; i++) {
                double[] sum = new double[lengths[i]];
                for (int n = 0; n < i % 4; n++, row++) {
                    for (int t = 0; t < sum.length; t++) {
                        sum[t] += wanted[row][t];
                    }
                }
                assertArrayEquals(sum, weighted[i], 1e-12, aggregation.toString());
            }
        }
        if (lengths.length > 0) {
            counts[0] = -1;
            assertThrows(IllegalArgumentException.class, () -> new Aggregation.TokenMean().weights(lengths, counts));
        }
    }

    @Property(tries = 200)
    void groupAdvantagesOfAGroupAddUpToZero(@ForAll("row") double[] rewards) {
        int[] groups = new int[rewards.length];
        Arrays.setAll(groups, i -> i % 3);
        for (double[] advantages : new double[][] {
            GroupAdvantages.normalised(rewards, groups, 1e-4, true),
            GroupAdvantages.centred(rewards, groups),
            GroupAdvantages.leaveOneOut(rewards, groups)
        }) {
            double[] sums = new double[3];
            for (int i = 0; i < rewards.length; i++) {
                sums[groups[i]] += advantages[i];
            }
            assertClose(new double[3], sums);
        }
    }

    @Property(tries = 200)
    void aRewardThatIsMissingChangesNothingForTheOthers(@ForAll("row") double[] rewards) {
        int[] groups = new int[rewards.length];
        double[] more = Arrays.copyOf(rewards, rewards.length + 1);
        more[rewards.length] = Double.NaN;
        int[] moreGroups = new int[more.length];
        double[] with = GroupAdvantages.normalised(more, moreGroups, 1e-4, true);
        assertClose(GroupAdvantages.normalised(rewards, groups, 1e-4, true), Arrays.copyOf(with, rewards.length));
        assertEquals(0, with[rewards.length]);
    }

    @Property(tries = 200)
    void equalRewardsGiveExactlyNothing(
            @ForAll @DoubleRange(min = -5, max = 5) double reward, @ForAll @IntRange(min = 1, max = 9) int size) {
        double[] rewards = new double[size];
        Arrays.fill(rewards, reward);
        int[] groups = new int[size];
        int[] lengths = new int[size];
        Arrays.setAll(lengths, i -> 1 + 7 * i);
        for (double[] advantages : new double[][] {
            GroupAdvantages.normalised(rewards, groups, 0, true),
            GroupAdvantages.normalised(rewards, groups, 1e-9, false),
            GroupAdvantages.normalisedByBatch(rewards, groups, 1e-9),
            GroupAdvantages.centred(rewards, groups),
            GroupAdvantages.leaveOneOut(rewards, groups),
            GroupAdvantages.lengthWeighted(rewards, groups, lengths)
        }) {
            for (double advantage : advantages) {
                assertEquals(0.0, advantage);
            }
        }
    }

    /** Beside groups that do differ: their deviation, or their mean, must not make something of a group of one. */
    @Property(tries = 200)
    void aGroupOfOneGetsExactlyNothing(
            @ForAll("row") double[] others, @ForAll @DoubleRange(min = -5, max = 5) double reward) {
        int last = others.length;
        double[] rewards = Arrays.copyOf(others, last + 1);
        rewards[last] = reward;
        int[] groups = new int[last + 1];
        groups[last] = 1;
        int[] lengths = new int[last + 1];
        Arrays.setAll(lengths, i -> 1 + i);
        assertEquals(0.0, GroupAdvantages.normalised(rewards, groups, 1e-4, true)[last]);
        assertEquals(0.0, GroupAdvantages.normalised(rewards, groups, 0, false)[last]);
        assertEquals(0.0, GroupAdvantages.normalisedByBatch(rewards, groups, 1e-4)[last]);
        assertEquals(0.0, GroupAdvantages.centred(rewards, groups)[last]);
        assertEquals(0.0, GroupAdvantages.leaveOneOut(rewards, groups)[last]);
        assertEquals(0.0, GroupAdvantages.lengthWeighted(rewards, groups, lengths)[last]);
    }

    @Property(tries = 200)
    void categoricalIsADistribution(@ForAll("row") double[] logits, @ForAll @DoubleRange(min = 0.1, max = 3) double t) {
        double[] p =
                Arrays.stream(Categorical.logProbs(logits, t)).map(Math::exp).toArray();
        assertEquals(1, Arrays.stream(p).sum(), 1e-12);
        double entropy = Categorical.entropy(logits, t);
        assertTrue(entropy >= -1e-12 && entropy <= Math.log(logits.length) + 1e-12);
        assertEquals(0, Categorical.divergence(logits, logits, t), 1e-12);
        assertEquals(0, Arrays.stream(Categorical.entropySlope(logits, t)).sum(), 1e-9);
    }

    private static double total(double[][] weights) {
        return Arrays.stream(weights).flatMapToDouble(Arrays::stream).sum();
    }

    private static void assertClose(double[] wanted, double[] actual) {
        assertEquals(wanted.length, actual.length);
        for (int i = 0; i < wanted.length; i++) {
            assertEquals(wanted[i], actual[i], 1e-9 * Math.max(1, Math.abs(wanted[i])), "at " + i);
        }
    }
}
