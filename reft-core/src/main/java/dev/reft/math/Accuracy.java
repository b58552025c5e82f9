package dev.reft.math;

/** Estimates from counts of right answers. */
public final class Accuracy {
    private Accuracy() {}

    /**
     * The chance that one of k samples is right, estimated without bias from n (arXiv 2107.03374, equation 1).
     *
     * @param samples n, &gt;= k
     * @param right how many of them are right, in [0, n]
     * @param k &gt;= 1
     * @return 1 - C(n - right, k) / C(n, k)
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static double passAtK(int samples, int right, int k) {
        Checks.range("k", k, 1, samples);
        Checks.range("right", right, 0, samples);
        double miss = 1;
        for (int i = 0; i < k; i++) {
            miss *= Math.max(0, samples - right - i) / (double) (samples - i);
        }
        return 1 - miss;
    }

    /**
     * An interval for a proportion (Wilson 1927).
     *
     * @param low in [0, 1]
     * @param high in [low, 1]
     */
    public record Interval(double low, double high) {}

    /**
     * Wilson's score interval.
     *
     * @param right successes, in [0, trials]
     * @param trials &gt;= 1
     * @param z normal quantile; 1.959964 for 95 %
     * @return the interval
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static Interval wilson(int right, int trials, double z) {
        Checks.atLeast("trials", trials, 1);
        Checks.range("right", right, 0, trials);
        double n = trials;
        double p = right / n;
        double scale = 1 + z * z / n;
        double centre = (p + z * z / (2 * n)) / scale;
        double half = z / scale * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        return new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
    }

    /**
     * Exact two-sided McNemar test of two models on the same problems.
     *
     * @param firstOnly problems that only the first solves, &gt;= 0
     * @param secondOnly problems that only the second solves, &gt;= 0
     * @return the p-value: the chance, were both equally good, of a split at least as uneven
     */
    public static double mcNemar(int firstOnly, int secondOnly) {
        Checks.atLeast("firstOnly", firstOnly, 0);
        Checks.atLeast("secondOnly", secondOnly, 0);
        int n = firstOnly + secondOnly;
        int least = Math.min(firstOnly, secondOnly);
        double tail = 0;
        double logChoose = 0;
        for (int i = 0; i <= least; i++) {
            tail += Math.exp(logChoose - n * Math.log(2));
            logChoose += Math.log(n - i) - Math.log(i + 1);
        }
        return Math.min(1, 2 * tail);
    }
}
