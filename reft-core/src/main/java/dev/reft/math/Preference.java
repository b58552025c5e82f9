package dev.reft.math;

/**
 * The log-probabilities of a pair of completions that a preference loss looks at; sums over completion tokens, in nats.
 *
 * @param chosen of the better completion under the policy
 * @param rejected of the worse completion under the policy
 * @param referenceChosen of the better completion under the reference; 0 where a loss has none
 * @param referenceRejected of the worse completion under the reference; 0 where a loss has none
 * @param chosenLength tokens of the better completion, &gt;= 1
 * @param rejectedLength tokens of the worse completion, &gt;= 1
 */
public record Preference(
        double chosen,
        double rejected,
        double referenceChosen,
        double referenceRejected,
        int chosenLength,
        int rejectedLength) {
    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException if a completion has no tokens
     */
    public Preference {
        Checks.atLeast("chosenLength", chosenLength, 1);
        Checks.atLeast("rejectedLength", rejectedLength, 1);
    }

    /**
     * How much likelier the better completion is than under the reference.
     *
     * @return a log-ratio
     */
    public double chosenRatio() {
        return chosen - referenceChosen;
    }

    /**
     * How much likelier the worse completion is than under the reference.
     *
     * @return a log-ratio
     */
    public double rejectedRatio() {
        return rejected - referenceRejected;
    }

    /**
     * The loss of a pair and its slopes.
     *
     * @param loss the loss
     * @param chosenSlope d loss / d chosen
     * @param rejectedSlope d loss / d rejected
     */
    public record Result(double loss, double chosenSlope, double rejectedSlope) {}
}
