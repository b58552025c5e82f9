package dev.reft.ppo;

/** Which of the scored answers to a prompt become pairs. Equal scores never do, and an answer
 * that was cut off is never the chosen one: a policy would learn not to end. The type grows; callers keep a default branch. */
public sealed interface PairRule {
    /** One pair a prompt: of the answers that ended that with the greatest score, against that with the least of all; of equals the first. */
    record BestAgainstWorst() implements PairRule {}

    /**
     * Every two answers whose scores differ enough.
     *
     * @param gap least difference of scores, finite and &gt;= 0; a difference of 0 is never enough
     */
    record AllPairs(double gap) implements PairRule {
        /**
         * Checks the gap.
         *
         * @throws IllegalArgumentException if it is negative or not finite
         */
        public AllPairs {
            if (!(gap >= 0) || Double.isInfinite(gap)) {
                throw new IllegalArgumentException("gap " + gap + " must be finite and not negative");
            }
        }
    }
}
