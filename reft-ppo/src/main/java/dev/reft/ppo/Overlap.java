package dev.reft.ppo;

/**
 * How far sampling runs ahead of updates in an {@link OverlappedTrainer}.
 *
 * @param lag while step s is trained, step s + lag is sampled, &gt;= 0; 0 samples and trains in turns. 1 hides sampling behind the
 *     update; more helps only if their times vary a lot
 * @param renewEvery the sampler gets the policy's weights every so many steps, &gt;= 1
 */
public record Overlap(int lag, int renewEvery) {
    /** One step ahead, with new weights at every step. */
    public static final Overlap ONE_STEP = new Overlap(1, 1);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Overlap {
        if (lag < 0) {
            throw new IllegalArgumentException("lag " + lag + " must not be negative");
        }
        if (renewEvery < 1) {
            throw new IllegalArgumentException("renewEvery " + renewEvery + " must be positive");
        }
    }

    /**
     * The bound of the lag: most steps that the weights which sampled a completion are behind those that learn from it.
     *
     * @return lag + renewEvery - 1
     */
    public int mostBehind() {
        return Math.addExact(lag, renewEvery - 1);
    }
}
