package dev.reft.objective;

import org.jspecify.annotations.Nullable;

/**
 * A step's numbers that PPO's loss refers to, one row a completion of the uncut batch, n scored tokens each. The arrays
 * change owner: they are neither copied nor written again.
 *
 * @param oldLogProbs log-probabilities at sampling time, [row][n]; null takes each pass's own, so that every ratio is
 *     exactly 1: right when a rollout batch gets one optimiser step
 * @param oldValues values when the advantages were computed, [row][n + 1]; null takes each pass's own, which then
 *     clips nothing
 * @param referenceLogProbs log-probabilities under the reference, [row][n]; null if no KL is in the loss
 * @param advantages [row][n]
 * @param returns what the critic is fitted to, [row][n]
 * @param weights weight of each token, [row][n], &gt;= 0; 0 leaves a token out
 */
public record PpoTargets(
        float @Nullable [][] oldLogProbs,
        float @Nullable [][] oldValues,
        float @Nullable [][] referenceLogProbs,
        float[][] advantages,
        float[][] returns,
        float[][] weights) {
    /**
     * Checks shapes and numbers.
     *
     * @throws IllegalArgumentException if an array has another shape, or a number is NaN or infinite, or a weight is
     *     negative; the message names array, row and token
     */
    public PpoTargets {
        Shapes.finite("weights", weights);
        for (int i = 0; i < weights.length; i++) {
            for (int t = 0; t < weights[i].length; t++) {
                if (weights[i][t] < 0) {
                    throw new IllegalArgumentException("weight of row " + i + ", token " + t + " is " + weights[i][t]
                            + ": it must not be negative");
                }
            }
        }
        Shapes.like(weights, "advantages", advantages, 0);
        Shapes.like(weights, "returns", returns, 0);
        if (oldLogProbs != null) {
            Shapes.like(weights, "oldLogProbs", oldLogProbs, 0);
        }
        if (oldValues != null) {
            Shapes.like(weights, "oldValues", oldValues, 1);
        }
        if (referenceLogProbs != null) {
            Shapes.like(weights, "referenceLogProbs", referenceLogProbs, 0);
        }
    }
}
