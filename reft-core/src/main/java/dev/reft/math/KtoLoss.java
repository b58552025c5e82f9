package dev.reft.math;

/**
 * KTO (arXiv 2402.01306), on completions that are each marked desirable or not, to be minimised.
 *
 * <pre>
 * desirable:   weight (1 - s(beta (d - kl)))        d = log p - log p_ref of the completion
 * undesirable: weight (1 - s(beta (kl - d)))
 * </pre>
 *
 * <p>A batch's loss is the mean over completions; kl is computed before the batch is cut and has no slope.
 *
 * @param beta &gt; 0
 * @param desirableWeight &gt;= 0
 * @param undesirableWeight &gt;= 0
 */
public record KtoLoss(double beta, double desirableWeight, double undesirableWeight) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public KtoLoss {
        Checks.positive("beta", beta);
        Checks.atLeast("desirableWeight", desirableWeight, 0);
        Checks.atLeast("undesirableWeight", undesirableWeight, 0);
    }

    /**
     * The reference point: the mean log-ratio of completions under other completions' prompts, at least 0.
     *
     * @param logProbs of the mismatched completions under the policy
     * @param references of the same under the reference
     * @return max(0, mean); 0 if there are none
     */
    public static double kl(double[] logProbs, double[] references) {
        Checks.sameLength("log-probs", logProbs.length, "reference log-probs", references.length);
        double sum = 0;
        for (int i = 0; i < logProbs.length; i++) {
            sum += logProbs[i] - references[i];
        }
        return logProbs.length == 0 ? 0 : Math.max(0, sum / logProbs.length);
    }

    /**
     * The loss of one completion.
     *
     * @param ratio log p - log p_ref of the completion
     * @param desirable how it is marked
     * @param kl from {@link #kl}
     * @return the loss, in [0, weight]
     */
    public double loss(double ratio, boolean desirable, double kl) {
        double z = beta * (ratio - kl);
        return desirable ? desirableWeight * Sigmoid.of(-z) : undesirableWeight * Sigmoid.of(z);
    }

    /**
     * d loss / d log p of one completion.
     *
     * @param ratio log p - log p_ref of the completion
     * @param desirable how it is marked
     * @param kl from {@link #kl}
     * @return the slope
     */
    public double slope(double ratio, boolean desirable, double kl) {
        double z = beta * (ratio - kl);
        double steepness = beta * Sigmoid.of(z) * Sigmoid.of(-z);
        return desirable ? -desirableWeight * steepness : undesirableWeight * steepness;
    }
}
