package dev.reft.ppo;

/** Training diverged: loss or gradient was not finite several times in a row. The weights are those before these steps. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient StepReport report;

    /**
     * A divergence.
     *
     * @param message what was not finite, and how often
     * @param report the report of the step in which it was noticed
     */
    public DivergedException(String message, StepReport report) {
        super(message);
        this.report = report;
    }

    /**
     * The report of the step in which it was noticed.
     *
     * @return the report
     */
    public StepReport report() {
        return report;
    }
}
