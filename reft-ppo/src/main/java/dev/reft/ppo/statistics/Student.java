package dev.reft.ppo.statistics;

import java.util.Arrays;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.moment.Mean;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;
import org.apache.commons.math3.stat.inference.TTest;

/** Student's t over a few repetitions of a run, such as its seeds. */
public final class Student {
    private Student() {}

    /**
     * The mean with Student's interval.
     *
     * @param values at least one; of one alone the interval is unbounded
     * @param level such as 0.95
     * @return the estimate
     * @throws IllegalArgumentException if there is no value or the level is not between 0 and 1
     */
    public static Estimate mean(double[] values, double level) {
        Estimate.checkedLevel(level);
        if (values.length == 0) {
            throw new IllegalArgumentException("no values to take the mean of");
        }
        double mean = new Mean().evaluate(values);
        if (values.length == 1) {
            return new Estimate(mean, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        double quantile = new TDistribution(values.length - 1).inverseCumulativeProbability((1 + level) / 2);
        double half = quantile * new StandardDeviation().evaluate(values) / Math.sqrt(values.length);
        return new Estimate(mean, mean - half, mean + half);
    }

    /**
     * The paired two-sided t-test that the mean difference is 0.
     *
     * @param first one a repetition
     * @param second of the same repetitions, in the same order
     * @return the p-value. Where all differences are equal: 1 if they are 0, else the test's limit 0
     * @throws IllegalArgumentException if the lengths differ or are below 2
     */
    public static double pairedP(double[] first, double[] second) {
        double[] differences = differences(first, second);
        if (differences.length < 2) {
            throw new IllegalArgumentException("a t-test needs at least 2 repetitions, given " + differences.length);
        }
        double one = differences[0];
        if (Arrays.stream(differences).allMatch(d -> d == one)) {
            return one == 0 ? 1 : 0;
        }
        return new TTest().pairedTTest(first, second);
    }

    static double[] differences(double[] first, double[] second) {
        if (first.length != second.length) {
            throw new IllegalArgumentException(
                    "a paired comparison needs as many of both, given " + first.length + " and " + second.length);
        }
        double[] differences = first.clone();
        for (int i = 0; i < differences.length; i++) {
            differences[i] -= second[i];
        }
        return differences;
    }
}
