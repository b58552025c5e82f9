package dev.reft.grading;

import java.util.List;
import java.util.Map;

/**
 * The outcome of a grading: a score (0 means wrong), none (does not apply), or a failure of the infrastructure. The three
 * are never mixed. The type grows; callers keep a default branch.
 */
public sealed interface Grade {
    /**
     * A score without parts.
     *
     * @param score finite
     * @return the grade
     */
    static Grade of(double score) {
        return new Score(score, Map.of(), List.of(), "", "");
    }

    /**
     * The grader does not apply: the sample is left out of every baseline.
     *
     * @param why one sentence
     * @return the grade
     */
    static Grade none(String why) {
        return new None(why);
    }

    /**
     * A score.
     *
     * @param value the reward, finite
     * @param parts named parts of it, finite
     * @param credits process rewards on tokens
     * @param extracted the answer that was read from the completion, or ""
     * @param explanation why, or ""
     */
    record Score(double value, Map<String, Double> parts, List<Credit> credits, String extracted, String explanation)
            implements Grade {
        /**
         * Checks that no number is NaN or infinite.
         *
         * @throws IllegalArgumentException naming the part
         */
        public Score {
            parts = Map.copyOf(parts);
            credits = List.copyOf(credits);
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("score " + value + " is not finite");
            }
            parts.forEach((name, part) -> {
                if (!Double.isFinite(part)) {
                    throw new IllegalArgumentException("part '" + name + "' of the score is " + part);
                }
            });
        }
    }

    /**
     * Does not apply.
     *
     * @param why one sentence
     */
    record None(String why) implements Grade {}

    /**
     * The grading failed: the sample is dropped and counted.
     *
     * @param cause what the grader threw, or a time-out
     * @param attempts how often it was tried, &gt;= 1
     */
    record Failed(Exception cause, int attempts) implements Grade {}
}
