package dev.reft.math;

/**
 * Scaling of numbers to unit variance over all tokens of a batch.
 *
 * <pre>
 * w = (x - mean) / sqrt(var + epsilon)        EpsilonRule.ADD (TRL, the ReFT code)
 * w = (x - mean) / sqrt(max(var, epsilon))    EpsilonRule.MAX (OpenRLHF)
 * </pre>
 *
 * <p>Moments must be those of the whole step, over all replicas. Peers give the word {@code shift_mean} opposite
 * meanings; here {@code centre} says that the result has mean zero.
 *
 * @param centre true leaves the mean at 0; false adds the old mean back after scaling, as is done with rewards
 * @param unbiased true divides the squares by count - 1 (PyTorch), false by count (TensorFlow, the OpenAI code)
 * @param epsilon keeps the root away from 0, &gt;= 0
 * @param rule how epsilon enters
 */
public record Whitening(boolean centre, boolean unbiased, double epsilon, EpsilonRule rule) {
    /** What the ReFT code and TRL do with advantages: centred, unbiased, 1e-8 added to the variance. */
    public static final Whitening ADVANTAGES = new Whitening(true, true, 1e-8, EpsilonRule.ADD);

    /** How epsilon enters the root. */
    public enum EpsilonRule {
        /** It is added to the variance. */
        ADD,
        /** It is the least variance. */
        MAX
    }

    /**
     * Checks epsilon.
     *
     * @throws IllegalArgumentException if it is negative or NaN
     */
    public Whitening {
        Checks.atLeast("epsilon", epsilon, 0);
    }

    /**
     * Whitens all numbers.
     *
     * @param rows [row][n], not changed
     * @return the whitened numbers in new arrays; zeros where nothing varies and {@code centre} is true
     */
    public double[][] apply(double[][] rows) {
        return apply(rows, Moments.of(rows, unbiased));
    }

    /**
     * Whitens the numbers of some rows; the others neither count nor keep their numbers.
     *
     * @param rows [row][n], not changed
     * @param counted which rows count
     * @return the whitened numbers in new arrays; zeros in the rows that do not count
     * @throws IllegalArgumentException if the lengths differ
     */
    public double[][] apply(double[][] rows, boolean[] counted) {
        Checks.sameLength("rows", rows.length, "flags", counted.length);
        double[][] chosen = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            chosen[i] = counted[i] ? rows[i] : new double[0];
        }
        double[][] white = apply(chosen);
        for (int i = 0; i < rows.length; i++) {
            if (!counted[i]) {
                white[i] = new double[rows[i].length];
            }
        }
        return white;
    }

    /**
     * Whitens numbers with moments that were taken elsewhere, such as over all replicas.
     *
     * @param rows [row][n], not changed
     * @param moments of the whole step
     * @return the whitened numbers in new arrays
     */
    public double[][] apply(double[][] rows, Moments moments) {
        double variance =
                rule == EpsilonRule.ADD ? moments.variance() + epsilon : Math.max(moments.variance(), epsilon);
        // Without an epsilon, numbers that do not vary are left at their distance 0 from the mean.
        double scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
        double shift = centre ? 0 : moments.mean();
        double[][] white = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            white[i] = new double[rows[i].length];
            for (int t = 0; t < rows[i].length; t++) {
                white[i][t] = (rows[i][t] - moments.mean()) * scale + shift;
            }
        }
        return white;
    }
}
