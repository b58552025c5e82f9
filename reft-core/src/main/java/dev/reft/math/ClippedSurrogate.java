package dev.reft.math;

/**
 * The clipped policy loss of PPO for one token (arXiv 1707.06347, equation 7), to be minimised.
 *
 * <pre>
 * ratio = exp(logProb - old)
 * loss  = max(-A * ratio, -A * clip(ratio, 1 - low, 1 + high))
 * loss  = min(loss, -dual * A)   where A &lt; 0        (dual clip, arXiv 1912.09729)
 * </pre>
 *
 * <p>Unequal bounds are DAPO's clip-higher (arXiv 2503.14476). {@code logRatioBound} keeps the log-ratio within +-bound
 * before the exponential, as verl and OpenRLHF do with 20; outside it the slope is 0. A factor &gt;= 0 on the whole term,
 * such as an importance weight, may be multiplied into A.
 *
 * @param low how far the ratio may fall below 1, in [0, 1]
 * @param high how far the ratio may rise above 1, &gt;= 0
 * @param dual bound of the loss of a token with a negative advantage, in units of |A|, &gt; 1; infinity for none
 * @param logRatioBound largest |logProb - old| that enters, &gt; 0; infinity for none
 */
public record ClippedSurrogate(double low, double high, double dual, double logRatioBound) implements Surrogate {
    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public ClippedSurrogate {
        Checks.range("low", low, 0, 1);
        Checks.atLeast("high", high, 0);
        if (!(dual > 1)) {
            throw new IllegalArgumentException("dual " + dual + " must be greater than 1");
        }
        Checks.positive("logRatioBound", logRatioBound);
    }

    /**
     * The symmetric clip without further bounds.
     *
     * @param range how far the ratio may go from 1, in [0, 1]; 0.2 in the PPO paper and in ReFT
     * @return the loss
     */
    public static ClippedSurrogate symmetric(double range) {
        return new ClippedSurrogate(range, range, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /**
     * This loss with another dual clip.
     *
     * @param bound in units of |A|, &gt; 1; 3 in verl; infinity for none
     * @return the loss
     */
    public ClippedSurrogate withDual(double bound) {
        return new ClippedSurrogate(low, high, bound, logRatioBound);
    }

    /**
     * How much likelier the token is than when it was sampled.
     *
     * @param logProb log-probability now
     * @param old log-probability then
     * @return the ratio; exactly 1 if the two are equal
     */
    @Override
    public double ratio(double logProb, double old) {
        return Math.exp(Math.max(-logRatioBound, Math.min(logRatioBound, logProb - old)));
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
        double ratio = ratio(logProb, old);
        return bounded(Math.max(-advantage * ratio, -advantage * clip(ratio)), advantage);
    }

    /**
     * d loss / d logProb of one token.
     *
     * @param logProb log-probability now
     * @param old log-probability then
     * @param advantage the token's advantage
     * @return the slope; 0 where the token is clipped
     */
    @Override
    public double slope(double logProb, double old, double advantage) {
        if (Math.abs(logProb - old) > logRatioBound
                || clipped(logProb, old, advantage)
                || dualClipped(logProb, old, advantage)) {
            return 0;
        }
        return -advantage * ratio(logProb, old);
    }

    /**
     * Whether the clipped term is the larger one, which is what a clip fraction counts.
     *
     * @param logProb log-probability now
     * @param old log-probability then
     * @param advantage the token's advantage
     * @return true if the token is clipped
     */
    @Override
    public boolean clipped(double logProb, double old, double advantage) {
        double ratio = ratio(logProb, old);
        return -advantage * clip(ratio) > -advantage * ratio;
    }

    /**
     * Whether the dual clip bounds the loss.
     *
     * @param logProb log-probability now
     * @param old log-probability then
     * @param advantage the token's advantage
     * @return true if the bound is in force
     */
    @Override
    public boolean dualClipped(double logProb, double old, double advantage) {
        double ratio = ratio(logProb, old);
        double loss = Math.max(-advantage * ratio, -advantage * clip(ratio));
        return bounded(loss, advantage) < loss;
    }

    private double clip(double ratio) {
        return Math.max(1 - low, Math.min(1 + high, ratio));
    }

    private double bounded(double loss, double advantage) {
        return advantage < 0 ? Math.min(loss, -dual * advantage) : loss;
    }
}
