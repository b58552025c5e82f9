package dev.reft.math;

/**
 * CISPO's policy loss of one token (arXiv 2506.13585), to be minimised: -min(ratio, 1 + high) * A * logProb, whose factor
 * has no slope, so that no token loses its gradient by being clipped.
 *
 * @param high how far the weight may rise above 1, &gt;= 0
 */
public record WeightedLogProb(double high) implements Surrogate {
    /**
     * Checks the bound.
     *
     * @throws IllegalArgumentException if it is negative or NaN
     */
    public WeightedLogProb {
        Checks.atLeast("high", high, 0);
    }

    /**
     * The loss of one token.
     *
     * @param logProb log-probability now
     * @param old log-probability then
     * @param advantage the token's advantage
     * @return the loss
     */
    @Override
    public double loss(double logProb, double old, double advantage) {
        return slope(logProb, old, advantage) * logProb;
    }

    /**
     * The slope that the loss is given, its factor held fast.
     *
     * @param logProb log-probability now
     * @param old log-probability then
     * @param advantage the token's advantage
     * @return -min(ratio, 1 + high) * A
     */
    @Override
    public double slope(double logProb, double old, double advantage) {
        return -Math.min(ratio(logProb, old), 1 + high) * advantage;
    }

    @Override
    public double ratio(double logProb, double old) {
        return Math.exp(logProb - old);
    }

    /**
     * Whether the weight is bounded, for tokens of either sign of advantage.
     *
     * @param logProb log-probability now
     * @param old log-probability then
     * @return true if the ratio passes the bound
     */
    public boolean clipped(double logProb, double old) {
        return ratio(logProb, old) > 1 + high;
    }

    @Override
    public boolean clipped(double logProb, double old, double advantage) {
        return clipped(logProb, old);
    }
}
