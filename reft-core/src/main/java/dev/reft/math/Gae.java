package dev.reft.math;

/**
 * Generalised advantage estimation (arXiv 1506.02438, equations 11 to 16).
 *
 * <pre>
 * delta_t  = r_t + gamma * V_{t+1} - V_t
 * A_t      = delta_t + gamma * lambda * A_{t+1},   A_n = 0
 * return_t = A_t + V_t
 * </pre>
 *
 * <p>Index t runs over the scored tokens of one row. Tool output and other given text between them is jumped over: the
 * next value is that of the next scored token, as verl does it, not that of the text between. The ReFT paper (arXiv
 * 2401.08967) calls the published code's lambda 0.95 gamma and its gamma 1 lambda; the names here are the usual ones,
 * which are also the code's.
 */
public final class Gae {
    private Gae() {}

    /**
     * Advantages of one row.
     *
     * @param rewards reward of each token, [n]
     * @param values value of the state before each token and of the state after the last, [n + 1]. The last is 0 for a
     *     completion that ended, and the critic's value for one that was cut off, if that is to be bootstrapped
     * @param gamma discount of rewards, in [0, 1]
     * @param lambda trace decay, in [0, 1]
     * @return advantages, [n]
     * @throws IllegalArgumentException if the lengths do not fit or gamma or lambda is out of its range
     */
    public static double[] advantages(double[] rewards, double[] values, double gamma, double lambda) {
        if (values.length != rewards.length + 1) {
            throw new IllegalArgumentException(
                    rewards.length + " rewards need " + (rewards.length + 1) + " values, not " + values.length);
        }
        Checks.range("gamma", gamma, 0, 1);
        Checks.range("lambda", lambda, 0, 1);
        double[] advantages = new double[rewards.length];
        double next = 0;
        for (int t = rewards.length - 1; t >= 0; t--) {
            double delta = rewards[t] + gamma * values[t + 1] - values[t];
            next = delta + gamma * lambda * next;
            advantages[t] = next;
        }
        return advantages;
    }

    /**
     * The returns that the critic is fitted to: advantage plus value.
     *
     * @param advantages from {@link #advantages}, before whitening, [n]
     * @param values at least as long as {@code advantages}
     * @return returns, [n]
     */
    public static double[] returns(double[] advantages, double[] values) {
        double[] returns = new double[advantages.length];
        for (int t = 0; t < returns.length; t++) {
            returns[t] = advantages[t] + values[t];
        }
        return returns;
    }

    /**
     * Discounted sums of the rewards to come, for methods without a critic.
     *
     * @param rewards reward of each token, [n]
     * @param gamma discount, in [0, 1]
     * @return r_t + gamma r_{t+1} + ..., [n]
     */
    public static double[] returnsToGo(double[] rewards, double gamma) {
        Checks.range("gamma", gamma, 0, 1);
        double[] sums = new double[rewards.length];
        double next = 0;
        for (int t = rewards.length - 1; t >= 0; t--) {
            next = rewards[t] + gamma * next;
            sums[t] = next;
        }
        return sums;
    }
}
