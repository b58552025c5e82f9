package dev.reft.math;

/**
 * The distribution that a row of logits gives, at a temperature: p_i = exp(z_i / T) / sum of exp(z_j / T).
 *
 * <p>A logit of minus infinity is a token that cannot come. The largest logit is subtracted before the exponential.
 */
public final class Categorical {
    private Categorical() {}

    /**
     * Log-probabilities of all tokens.
     *
     * @param logits one number a token, at least one of them finite
     * @param temperature T, &gt; 0
     * @return log p in nats, [vocabulary]
     */
    public static double[] logProbs(double[] logits, double temperature) {
        Checks.positive("temperature", temperature);
        double max = Double.NEGATIVE_INFINITY;
        for (double z : logits) {
            max = Math.max(max, z);
        }
        if (max == Double.NEGATIVE_INFINITY) {
            throw new IllegalArgumentException("none of " + logits.length + " logits is above minus infinity");
        }
        double sum = 0;
        double[] logProbs = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            logProbs[i] = (logits[i] - max) / temperature;
            sum += Math.exp(logProbs[i]);
        }
        double logSum = Math.log(sum);
        for (int i = 0; i < logits.length; i++) {
            logProbs[i] -= logSum;
        }
        return logProbs;
    }

    /**
     * Entropy, -sum of p log p.
     *
     * @param logits one number a token
     * @param temperature T, &gt; 0
     * @return entropy in nats, &gt;= 0
     */
    public static double entropy(double[] logits, double temperature) {
        return entropyOf(logProbs(logits, temperature));
    }

    /**
     * d entropy / d logits: -p_i (log p_i + H) / T.
     *
     * @param logits one number a token
     * @param temperature T, &gt; 0
     * @return slopes, [vocabulary]
     */
    public static double[] entropySlope(double[] logits, double temperature) {
        double[] logProbs = logProbs(logits, temperature);
        double entropy = entropyOf(logProbs);
        double[] slopes = new double[logits.length];
        for (int i = 0; i < slopes.length; i++) {
            double p = Math.exp(logProbs[i]);
            slopes[i] = p == 0 ? 0 : -p * (logProbs[i] + entropy) / temperature;
        }
        return slopes;
    }

    /**
     * d log p(token) / d logits: (1 if i is the token, else 0, minus p_i) / T.
     *
     * @param logits one number a token
     * @param token index of the token
     * @param temperature T, &gt; 0
     * @return slopes, [vocabulary]
     */
    public static double[] logProbSlope(double[] logits, int token, double temperature) {
        double[] slopes = logProbs(logits, temperature);
        for (int i = 0; i < slopes.length; i++) {
            slopes[i] = ((i == token ? 1 : 0) - Math.exp(slopes[i])) / temperature;
        }
        return slopes;
    }

    /**
     * Exact divergence KL(p || q) = sum of p (log p - log q) over the vocabulary, both at one temperature.
     *
     * <p>With p the policy and q the reference this is the {@code full} penalty of TRL 0.11. It needs whole rows of
     * logits and therefore stands outside the objectives, which see sampled tokens only.
     *
     * @param logits of p
     * @param other of q, as many
     * @param temperature T, &gt; 0
     * @return the divergence in nats, &gt;= 0; infinite where q excludes a token that p allows
     * @throws IllegalArgumentException if the lengths differ
     */
    public static double divergence(double[] logits, double[] other, double temperature) {
        Checks.sameLength("logits", logits.length, "other logits", other.length);
        double[] p = logProbs(logits, temperature);
        double[] q = logProbs(other, temperature);
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            double probability = Math.exp(p[i]);
            sum += probability == 0 ? 0 : probability * (p[i] - q[i]);
        }
        return sum;
    }

    private static double entropyOf(double[] logProbs) {
        double sum = 0;
        for (double logProb : logProbs) {
            double p = Math.exp(logProb);
            sum -= p == 0 ? 0 : p * logProb;
        }
        return sum;
    }
}
