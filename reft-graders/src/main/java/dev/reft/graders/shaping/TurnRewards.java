package dev.reft.graders.shaping;

/** How the rewards of a dialogue's turns become one. The enum grows. */
public enum TurnRewards {
    /** The last turn's reward. */
    LAST,
    /** The sum of all. */
    SUM;

    /**
     * One reward for all turns.
     *
     * @param turns their rewards, in order
     * @return 0 if there are no turns
     */
    public double of(double... turns) {
        double total = 0;
        for (double turn : turns) {
            total = this == SUM ? total + turn : turn;
        }
        return total;
    }
}
