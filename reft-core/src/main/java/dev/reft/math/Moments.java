package dev.reft.math;

/**
 * Mean and variance of numbers.
 *
 * @param count how many numbers, &gt;= 0
 * @param mean their mean; 0 if there are none
 * @param variance their variance, &gt;= 0; 0 if it is not defined
 */
public record Moments(long count, double mean, double variance) {
    /**
     * Moments of all numbers of some rows, in two passes.
     *
     * @param rows [row][n]
     * @param unbiased true divides the squares by count - 1, false by count
     * @return the moments; the variance of fewer than two numbers is 0
     */
    public static Moments of(double[][] rows, boolean unbiased) {
        long count = 0;
        double sum = 0;
        for (double[] row : rows) {
            count += row.length;
            for (double x : row) {
                sum += x;
            }
        }
        double mean = count == 0 ? 0 : sum / count;
        double squares = 0;
        for (double[] row : rows) {
            for (double x : row) {
                squares += (x - mean) * (x - mean);
            }
        }
        long divisor = unbiased ? count - 1 : count;
        return new Moments(count, mean, divisor <= 0 ? 0 : squares / divisor);
    }

    /**
     * Moments of one row of numbers.
     *
     * @param numbers [n]
     * @param unbiased true divides the squares by count - 1, false by count
     * @return the moments
     */
    public static Moments of(double[] numbers, boolean unbiased) {
        return of(new double[][] {numbers}, unbiased);
    }

    /**
     * Root of the variance.
     *
     * @return &gt;= 0
     */
    public double deviation() {
        return Math.sqrt(variance);
    }
}
