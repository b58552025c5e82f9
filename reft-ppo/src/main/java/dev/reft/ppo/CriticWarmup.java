package dev.reft.ppo;

/**
 * Steps at the start of a run that train values only: a value head that begins at random would pull the policy astray.
 *
 * @param steps how many, &gt;= 0
 * @param separateCritic true if the critic is a model of its own, which is then trained whole; false if the value head shares
 *     the policy's trunk, which is then left bit for bit as it was
 */
public record CriticWarmup(int steps, boolean separateCritic) {
    /** No warm-up: the published ReFT code. */
    public static final CriticWarmup NONE = new CriticWarmup(0, false);

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public CriticWarmup {
        if (steps < 0) {
            throw new IllegalArgumentException("steps " + steps + " must not be negative");
        }
    }
}
