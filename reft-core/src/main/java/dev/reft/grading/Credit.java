package dev.reft.grading;

/**
 * A process reward on one token of a completion.
 *
 * @param token index in the completion's tokens, &gt;= 0
 * @param reward finite
 */
public record Credit(int token, double reward) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if the index is negative or the reward is not finite
     */
    public Credit {
        if (token < 0 || !Double.isFinite(reward)) {
            throw new IllegalArgumentException("credit of " + reward + " on token " + token);
        }
    }
}
