package dev.reft.math;

/**
 * The clipped value loss for one token, to be minimised.
 *
 * <pre>
 * loss = 1/2 max((V - R)^2, (clip(V, old - range, old + range) - R)^2)
 * </pre>
 *
 * <p>This is the form of the OpenAI baselines, TRL, verl and the ReFT code. The ReFT paper (arXiv 2401.08967) prints
 * clip(R - V, A - range, A + range) instead; with R = A + old that is the same set of values.
 *
 * @param range how far the value may go from the old one, &gt; 0; infinity for no clip
 */
public record ClippedValue(double range) {
    /** The plain squared error, halved. */
    public static final ClippedValue UNCLIPPED = new ClippedValue(Double.POSITIVE_INFINITY);

    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public ClippedValue {
        Checks.positive("range", range);
    }

    /**
     * The loss of one token.
     *
     * @param value the value now
     * @param old the value when the advantages were computed
     * @param target the return to fit
     * @return the loss, &gt;= 0
     */
    public double loss(double value, double old, double target) {
        double free = value - target;
        double kept = clip(value, old) - target;
        return 0.5 * Math.max(free * free, kept * kept);
    }

    /**
     * d loss / d value of one token.
     *
     * @param value the value now
     * @param old the value when the advantages were computed
     * @param target the return to fit
     * @return the slope; 0 where the clipped term is the larger one
     */
    public double slope(double value, double old, double target) {
        return clipped(value, old, target) ? 0 : value - target;
    }

    /**
     * Whether the clipped term is the larger one.
     *
     * @param value the value now
     * @param old the value when the advantages were computed
     * @param target the return to fit
     * @return true if the token is clipped
     */
    public boolean clipped(double value, double old, double target) {
        double free = value - target;
        double kept = clip(value, old) - target;
        return kept * kept > free * free;
    }

    private double clip(double value, double old) {
        return range == Double.POSITIVE_INFINITY ? value : Math.max(old - range, Math.min(old + range, value));
    }
}
