package dev.reft.ppo;

/**
 * What is taken off the score of a completion that comes near the length limit. The type grows; callers keep a default branch.
 */
public sealed interface Overlong {
    /** Nothing. */
    record None() implements Overlong {}

    /**
     * DAPO's soft punishment (arXiv 2503.14476, equation 13): 0 up to {@code maxTokens - buffer} tokens, then falling linearly to
     * {@code -factor} at {@link PpoConfig#maxTokens}.
     *
     * @param buffer tokens of the slope, &gt;= 1 and at most {@link PpoConfig#maxTokens}
     * @param factor the penalty at the limit, finite and &gt;= 0; 1 in DAPO
     */
    record Soft(int buffer, double factor) implements Overlong {
        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public Soft {
            if (buffer < 1) {
                throw new IllegalArgumentException("buffer " + buffer + " must be positive");
            }
            if (!(factor >= 0) || Double.isInfinite(factor)) {
                throw new IllegalArgumentException("factor " + factor + " must be finite and >= 0");
            }
        }
    }
}
