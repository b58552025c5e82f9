package dev.reft.math;

/**
 * How far predicted probabilities are from how often they come true: reliability bins and the expected calibration error
 * (Naeini, Cooper and Hauskrecht 2015; arXiv 1706.04599).
 *
 * <p>Counts and sums of a bin add up over parts of a data set; the error is computed from the added ones, never averaged.
 */
public final class Calibration {
    /** Bins of equal width over [0, 1] that are usual. */
    public static final int BINS = 10;

    private Calibration() {}

    /**
     * The predictions that fall into one bin.
     *
     * @param count how many, &gt;= 0
     * @param predicted sum of their probabilities
     * @param right how many came true
     */
    public record Bin(double count, double predicted, double right) {
        /**
         * How far the bin's mean probability is from its share of events.
         *
         * @return in [0, 1]; 0 for an empty bin
         */
        public double gap() {
            return count == 0 ? 0 : Math.abs(predicted - right) / count;
        }
    }

    /**
     * The bin of a probability.
     *
     * @param probability in [0, 1]
     * @param bins how many bins of equal width, &gt;= 1
     * @return 0 .. bins - 1; the last bin holds 1
     * @throws IllegalArgumentException if a number is out of its range
     */
    public static int bin(double probability, int bins) {
        Checks.range("probability", probability, 0, 1);
        Checks.atLeast("bins", bins, 1);
        return Math.min(bins - 1, (int) (probability * bins));
    }

    /**
     * The expected calibration error: the mean over predictions of their bin's gap.
     *
     * @param bins all bins
     * @return in [0, 1]; 0 if nothing was predicted
     */
    public static double expectedError(Bin... bins) {
        double count = 0;
        double error = 0;
        for (Bin bin : bins) {
            count += bin.count();
            error += bin.count() * bin.gap();
        }
        return count == 0 ? 0 : error / count;
    }
}
