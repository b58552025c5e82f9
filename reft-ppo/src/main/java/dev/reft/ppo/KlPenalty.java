package dev.reft.ppo;

import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;

/**
 * The penalty on moving away from the reference. The type grows; callers keep a default branch.
 *
 * <p>A controller of the coefficient is told the step's KL whatever the penalty's own estimator: K1 summed over the tokens of a
 * completion, mean over the completions that count, as OpenAI and TRL take it; and the number of these completions.
 */
public sealed interface KlPenalty {
    /** No penalty; no reference is needed or asked. The ReFT paper saw training collapse without one. */
    record None() implements KlPenalty {}

    /**
     * In the reward of every token: reward -= coefficient * estimate.
     *
     * @param estimator of a token's KL; K1 in ReFT
     * @param control the coefficient and how it moves
     */
    record InReward(KlEstimator estimator, KlController control) implements KlPenalty {}

    /**
     * As a term of the loss, which has a gradient of its own.
     *
     * @param estimator of a token's KL; K1 has no useful gradient
     * @param control the coefficient and how it moves
     */
    record InLoss(KlEstimator estimator, KlController control) implements KlPenalty {}
}
