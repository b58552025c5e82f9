package dev.reft.math;

import dev.reft.math.Preference.Result;

/**
 * Losses that fit a reward model, to be minimised; a batch's loss is their mean.
 *
 * <pre>
 * pair    -log s(chosen - rejected - margin) + centre (chosen + rejected)^2      Bradley and Terry 1952
 * binary  -label log s(x) - (1 - label) log s(-x)
 * </pre>
 *
 * <p>The margin is Llama 2's (arXiv 2307.09288); OpenRLHF's {@code logexp} is the pair loss with margin 0. The centring
 * term keeps scores near 0 (arXiv 2312.09244); TRL recommends 0.01.
 */
public final class RewardModelLoss {
    private RewardModelLoss() {}

    /**
     * The loss of a pair.
     *
     * @param chosen score of the better completion
     * @param rejected score of the worse completion
     * @param margin by how much the better one should win, &gt;= 0
     * @param centre weight of the centring term, &gt;= 0
     * @return loss and slopes with respect to the two scores
     */
    public static Result pair(double chosen, double rejected, double margin, double centre) {
        double z = chosen - rejected - margin;
        double sum = chosen + rejected;
        double slope = -Sigmoid.of(-z);
        return new Result(-Sigmoid.log(z) + centre * sum * sum, slope + 2 * centre * sum, -slope + 2 * centre * sum);
    }

    /**
     * The loss of a completion, or of a step, that is right or wrong.
     *
     * @param logit the score
     * @param right how it is marked
     * @return binary cross-entropy
     */
    public static double binary(double logit, boolean right) {
        return -Sigmoid.log(right ? logit : -logit);
    }

    /**
     * d {@link #binary} / d logit.
     *
     * @param logit the score
     * @param right how it is marked
     * @return probability minus label
     */
    public static double binarySlope(double logit, boolean right) {
        return right ? -Sigmoid.of(-logit) : Sigmoid.of(logit);
    }

    /**
     * The probability that a score stands for.
     *
     * @param logit the score
     * @return 1 / (1 + exp(-logit))
     */
    public static double probability(double logit) {
        return Sigmoid.of(logit);
    }
}
