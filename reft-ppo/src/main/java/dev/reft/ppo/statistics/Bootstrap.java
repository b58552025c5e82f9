package dev.reft.ppo.statistics;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/**
 * Resampling with replacement (Efron 1979): percentile intervals and two-sided tests of a mean.
 *
 * @param resamples how many, &gt;= 100
 * @param seed of the draws; equal seeds give equal results
 */
public record Bootstrap(int resamples, long seed) {
    /** 10,000 resamples. */
    public static final Bootstrap DEFAULT = new Bootstrap(10_000, 0);

    private static final int FEWEST = 100;

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if there are too few resamples to say anything
     */
    public Bootstrap {
        if (resamples < FEWEST) {
            throw new IllegalArgumentException("resamples " + resamples + " must be at least " + FEWEST);
        }
    }

    /**
     * The mean with the percentile interval.
     *
     * @param values one an item, at least one; differences for a paired comparison
     * @param level such as 0.95
     * @return the estimate
     * @throws IllegalArgumentException if there is no value or the level is not between 0 and 1
     */
    public Estimate mean(double[] values, double level) {
        return mean(values, ones(values.length), level);
    }

    /**
     * The mean over all that clusters hold, resampled by clusters: items of a cluster are not independent, such as the answers
     * of several seeds to one problem.
     *
     * @param sums the sum of each cluster, at least one cluster
     * @param counts how many items each cluster has, &gt;= 1
     * @param level such as 0.95
     * @return the estimate
     * @throws IllegalArgumentException if there is no cluster, the lengths differ or the level is not between 0 and 1
     */
    public Estimate mean(double[] sums, int[] counts, double level) {
        Estimate.checkedLevel(level);
        double[] means = means(sums, counts);
        Percentile percentile = new Percentile();
        percentile.setData(means);
        return new Estimate(
                ratio(sums, counts), percentile.evaluate(50 * (1 - level)), percentile.evaluate(50 * (1 + level)));
    }

    /**
     * The two-sided p-value that the mean is 0: the share of resampled means that lie as far from the mean as the mean
     * lies from 0, the observed one counted in.
     *
     * @param sums the sum of each cluster, at least one cluster
     * @param counts how many items each cluster has, &gt;= 1
     * @return in (0, 1]
     * @throws IllegalArgumentException if there is no cluster or the lengths differ
     */
    public double p(double[] sums, int[] counts) {
        double observed = ratio(sums, counts);
        int asFar = 0;
        for (double mean : means(sums, counts)) {
            // The tolerance keeps sums in another order from counting as less far.
            asFar += Math.abs(mean - observed) >= Math.abs(observed) - 1e-12 ? 1 : 0;
        }
        return (asFar + 1.0) / (resamples + 1.0);
    }

    private double[] means(double[] sums, int[] counts) {
        if (sums.length == 0 || sums.length != counts.length) {
            throw new IllegalArgumentException("a bootstrap needs a sum and a count of each cluster, given "
                    + sums.length + " and " + counts.length);
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] means = new double[resamples];
        for (int r = 0; r < resamples; r++) {
            double sum = 0;
            long count = 0;
            for (int i = 0; i < sums.length; i++) {
                int drawn = random.nextInt(sums.length);
                sum += sums[drawn];
                count += counts[drawn];
            }
            means[r] = sum / count;
        }
        return means;
    }

    private static double ratio(double[] sums, int[] counts) {
        return Arrays.stream(sums).sum() / Arrays.stream(counts).asLongStream().sum();
    }

    static int[] ones(int length) {
        int[] ones = new int[length];
        Arrays.fill(ones, 1);
        return ones;
    }
}
