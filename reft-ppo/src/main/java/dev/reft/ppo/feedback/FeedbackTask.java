package dev.reft.ppo.feedback;

/** What people are asked. The type grows; callers keep a default branch. */
public sealed interface FeedbackTask {
    /**
     * A number for each completion.
     *
     * @param low the worst
     * @param high the best, above low
     */
    record Scores(double low, double high) implements FeedbackTask {
        /**
         * Checks the range.
         *
         * @throws IllegalArgumentException if it is empty or not finite
         */
        public Scores {
            if (!(low < high) || Double.isInfinite(low) || Double.isInfinite(high)) {
                throw new IllegalArgumentException("scores from " + low + " to " + high);
            }
        }
    }

    /** The better one of two completions, or a tie. */
    record Choice() implements FeedbackTask {}

    /** An order of several completions, with ties. */
    record Ranking() implements FeedbackTask {}
}
