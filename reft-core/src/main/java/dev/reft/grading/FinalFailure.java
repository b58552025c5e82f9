package dev.reft.grading;

/**
 * An exception that knows whether another try could mend it. A {@link GradingDesk} tries a grading again after whatever a grader throws,
 * except after one of these that says it is final: a wrong key, a setting that cannot work, a service that was asked again and again
 * already. Graders of reft throw such exceptions; a host's own exceptions may implement it.
 */
public interface FinalFailure {
    /**
     * Whether trying again is of no use.
     *
     * @return true if the grading is not to be repeated
     */
    boolean isFinal();

    /**
     * Whether a failure, or one of its causes, says that trying again is of no use.
     *
     * @param failure what a grader threw
     * @return false if nothing of it says so
     */
    static boolean in(Throwable failure) {
        Throwable at = failure;
        // A chain of causes may be a ring.
        for (int depth = 0; at != null && depth < 32; depth++) {
            if (at instanceof FinalFailure told) {
                return told.isFinal();
            }
            at = at.getCause();
        }
        return false;
    }
}
