package dev.reft.checkpoint;

/**
 * The norms of a decoder.
 *
 * @param kind what they compute
 * @param placement where they stand in a block
 * @param epsilon added to the mean square or to the variance
 * @param last whether there is a norm after the last block
 */
public record NormConfig(Kind kind, Placement placement, double epsilon, boolean last) {
    /** What a norm computes. The enum grows. */
    public enum Kind {
        /** Division by the root of the mean square, then a weight (arXiv 1910.07467). */
        RMS,
        /** Mean 0 and variance 1, then a weight and a bias (arXiv 1607.06450). */
        LAYER
    }

    /** Where the norms of a block stand; f is its attention or its feed-forward. The enum grows. */
    public enum Placement {
        /** {@code x + f(norm(x))}: Llama, GPT-2, most OPT. */
        BEFORE,
        /** {@code norm(x + f(x))}: the 350M OPT. */
        AFTER_SUM,
        /** {@code x + norm(f(x))}: OLMo 2. */
        AFTER_BRANCH
    }

    /**
     * Checks the epsilon.
     *
     * @throws IllegalArgumentException if it is negative or not finite
     */
    public NormConfig {
        if (!(epsilon >= 0) || Double.isInfinite(epsilon)) {
            throw new IllegalArgumentException("the norms' epsilon must be 0 or more, not " + epsilon);
        }
    }

    /**
     * RMS norms before attention, feed-forward and head, as Llama has them.
     *
     * @param epsilon added to the mean square
     * @return the norms
     */
    public static NormConfig rms(double epsilon) {
        return new NormConfig(Kind.RMS, Placement.BEFORE, epsilon, true);
    }
}
