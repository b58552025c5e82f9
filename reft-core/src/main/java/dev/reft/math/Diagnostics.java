package dev.reft.math;

/** Quantities that tell how training goes and that need the whole step at once. */
public final class Diagnostics {
    private Diagnostics() {}

    /**
     * How much of the returns' variance the values explain: 1 - var(R - V) / (var(R) + 1e-8), unbiased variances.
     *
     * @param returns [row][n], or [row][n + 1] where the state after a row's last token has one too
     * @param values at least as many in each row; those without a return are not used
     * @return 1 if the values are right up to a constant, 0 if they are no better than a constant, negative if worse
     */
    public static double explainedVariance(double[][] returns, double[][] values) {
        double[][] errors = new double[returns.length][];
        for (int i = 0; i < returns.length; i++) {
            errors[i] = new double[returns[i].length];
            for (int t = 0; t < errors[i].length; t++) {
                errors[i][t] = returns[i][t] - values[i][t];
            }
        }
        double unexplained = Moments.of(errors, true).variance();
        return 1 - unexplained / (Moments.of(returns, true).variance() + 1e-8);
    }

    /**
     * Estimated KL(old || new) of a token, from log-probabilities at sampling time and now; means of it tell how far
     * the policy has gone. K1 is verl's {@code ppo_kl}, K2 TRL's {@code approxkl}, K3 that of CleanRL and SB3.
     *
     * @param estimator the estimator
     * @param logProb log-probability now
     * @param old log-probability when the token was sampled
     * @return the estimate in nats
     */
    public static double approximateKl(KlEstimator estimator, double logProb, double old) {
        return estimator.value(old, logProb);
    }
}
