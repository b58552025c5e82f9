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
 * @param returns what the critic is fitted to, [row][n], or [row][n + 1] where it is fitted to the state after the row's last
 *     token too
 * @param weights weight of each token, [row][n], &gt;= 0; 0 leaves a token out
 * @param valueWeights weight of each state in the value loss, as many as {@code returns}, &gt;= 0; 0 leaves a state out
 */
public record PpoTargets(
        float @Nullable [][] oldLogProbs,
        float @Nullable [][] oldValues,
        float @Nullable [][] referenceLogProbs,
        float[][] advantages,
        float[][] returns,
        float[][] weights,
        float[][] valueWeights) {
    /**
     * Checks shapes and numbers.
     *
     * @throws IllegalArgumentException if an array has another shape, or a number is NaN or infinite, or a weight is
     *     negative; the message names array, row and token
     */
    public PpoTargets {
        notNegative("weight", weights);
        Shapes.states(weights, "valueWeights", valueWeights);
        notNegative("value weight", valueWeights);
        Shapes.like(weights, "advantages", advantages, 0);
        Shapes.like(valueWeights, "returns", returns, 0);
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

    /**
     * Targets whose states have the weights of the tokens that follow them.
     *
     * @param oldLogProbs log-probabilities at sampling time, [row][n], or null
     * @param oldValues values when the advantages were computed, [row][n + 1], or null
     * @param referenceLogProbs log-probabilities under the reference, [row][n], or null
     * @param advantages [row][n]
     * @param returns what the critic is fitted to, [row][n]
     * @param weights weight of each token and of the state before it, [row][n], &gt;= 0
     * @throws IllegalArgumentException as above
     */
    public PpoTargets(
            float @Nullable [][] oldLogProbs,
            float @Nullable [][] oldValues,
            float @Nullable [][] referenceLogProbs,
            float[][] advantages,
            float[][] returns,
            float[][] weights) {
        this(oldLogProbs, oldValues, referenceLogProbs, advantages, returns, weights, weights);
    }

    private static void notNegative(String name, float[][] rows) {
        Shapes.finite(name + "s", rows);
        for (int i = 0; i < rows.length; i++) {
            for (int t = 0; t < rows[i].length; t++) {
                if (rows[i][t] < 0) {
                    throw new IllegalArgumentException(
                            name + " of row " + i + ", token " + t + " is " + rows[i][t] + ": it must not be negative");
                }
            }
        }
    }
}
