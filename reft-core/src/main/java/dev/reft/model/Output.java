package dev.reft.model;

/**
 * What a model gives for each scored token. The enum grows; callers keep a default branch.
 *
 * <p>{@link #VALUE} and {@link #DETACHED_VALUE} have n + 1 numbers for a row of n scored tokens, the others n.
 */
public enum Output {
    /** Log-probability (nats) of the scored token over the whole vocabulary, at the row's temperature. */
    LOG_PROB,
    /** Entropy (nats) of the distribution that the scored token was predicted from, at the row's temperature. */
    ENTROPY,
    /** Value of the state before each scored token, and of the state after the row's last token. */
    VALUE,
    /** The same numbers as {@link #VALUE}, but their slope stops at the value head: the trunk gets none of it. */
    DETACHED_VALUE;

    /**
     * How many numbers this output has for a row.
     *
     * @param scored number of scored tokens in the row, &gt;= 0
     * @return {@code scored}, or {@code scored + 1} for values
     */
    public int length(int scored) {
        return this == VALUE || this == DETACHED_VALUE ? scored + 1 : scored;
    }
}
