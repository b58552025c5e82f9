package dev.reft.ppo.pipeline;

/** The work of a stage threw; what it kept in its scratch folder is there for the next try. */
public final class StageFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param stage the stage's name
     * @param cause what its work threw
     */
    public StageFailedException(String stage, Exception cause) {
        super("stage '" + stage + "' failed: " + cause, cause);
    }
}
