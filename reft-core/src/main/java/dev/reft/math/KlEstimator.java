package dev.reft.math;

/**
 * Estimators of the divergence KL(policy || reference) from the log-probabilities of sampled tokens.
 *
 * <p>With d = log policy - log reference of the sampled token (J. Schulman, "Approximating KL divergence", 2020):
 *
 * <pre>
 * K1        d                       slope 1          unbiased, may be negative; as a loss its slope says nothing
 * ABSOLUTE  |d|                     slope sign(d)
 * K2        d^2 / 2                 slope d          the reverse KL's gradient on-policy
 * K3        exp(-d) + d - 1         slope 1 - exp(-d)   unbiased, never negative
 * K3_PLUS   exp(-d) + d - 1         slope d          K3's value with K2's slope (straight-through, verl)
 * </pre>
 *
 * <p>Slopes are with respect to the policy's log-probability. Bounds are verl's: K3 takes d within +-{@code ratioBound},
 * and every estimate is kept within +-{@code bound}; outside either the slope is 0, except for K3_PLUS, whose slope
 * is K2's without bounds.
 */
public enum KlEstimator {
    /** The log-ratio. */
    K1,
    /** Its absolute value. */
    ABSOLUTE,
    /** Half its square. */
    K2,
    /** The control-variate estimator, never negative. */
    K3,
    /** K3's value with K2's slope. */
    K3_PLUS;

    /**
     * The estimate for one token, without bounds.
     *
     * @param logProb log-probability under the policy
     * @param reference log-probability under the reference
     * @return the estimate in nats
     */
    public double value(double logProb, double reference) {
        return value(logProb, reference, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /**
     * The estimate for one token, bounded.
     *
     * @param logProb log-probability under the policy
     * @param reference log-probability under the reference
     * @param ratioBound largest |d| inside K3; infinity for none
     * @param bound largest absolute estimate; infinity for none
     * @return the estimate in nats
     */
    public double value(double logProb, double reference, double ratioBound, double bound) {
        return clamp(raw(logProb - reference, ratioBound), bound);
    }

    /**
     * d estimate / d logProb, without bounds.
     *
     * @param logProb log-probability under the policy
     * @param reference log-probability under the reference
     * @return the slope
     */
    public double slope(double logProb, double reference) {
        return slope(logProb, reference, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /**
     * d estimate / d logProb, bounded.
     *
     * @param logProb log-probability under the policy
     * @param reference log-probability under the reference
     * @param ratioBound largest |d| inside K3; infinity for none
     * @param bound largest absolute estimate; infinity for none
     * @return the slope
     */
    public double slope(double logProb, double reference, double ratioBound, double bound) {
        double d = logProb - reference;
        if (this == K3_PLUS) {
            return d;
        }
        if (Math.abs(raw(d, ratioBound)) > bound) {
            return 0;
        }
        return switch (this) {
            case K1 -> 1;
            case ABSOLUTE -> Math.signum(d);
            case K2 -> d;
            default -> Math.abs(d) > ratioBound ? 0 : -Math.expm1(-d);
        };
    }

    private double raw(double d, double ratioBound) {
        return switch (this) {
            case K1 -> d;
            case ABSOLUTE -> Math.abs(d);
            case K2 -> 0.5 * d * d;
            default -> {
                double within = clamp(d, ratioBound);
                // expm1 keeps the digits that exp(-d) - 1 loses where the policies nearly agree.
                yield Math.max(0, Math.expm1(-within) + within);
            }
        };
    }

    private static double clamp(double x, double bound) {
        return Math.max(-bound, Math.min(bound, x));
    }
}
