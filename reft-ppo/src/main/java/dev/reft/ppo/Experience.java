package dev.reft.ppo;

import dev.reft.model.Output;
import dev.reft.model.TokenBatch;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an update learns from: one row a completion, in (prompt, sample) order. Rows whose grading failed or does not
 * apply have weights 0 and were left out of whitening and baselines.
 *
 * @param step the step it was sampled for, &gt;= 0
 * @param batch the rows
 * @param oldLogProbs log-probabilities that ratios refer to, [row][n]
 * @param oldValues values before the update, [row][n + 1]; zeros without values
 * @param referenceLogProbs log-probabilities of the reference, [row][n], or null if the loss needs none
 * @param advantages [row][n]
 * @param returns what the values are to learn, [row][n]; [row][n + 1] of a completion whose score comes after its last token,
 *     see {@link dev.reft.math.RewardShaping.ScorePlacement}; zeros without values
 * @param weights the weight of each token in the loss, [row][n], &gt;= 0; they sum to about 1 over the batch, and a
 *     mini-batch's are scaled by the number of mini-batches
 * @param valueWeights the weight of each state in the value loss, as many as {@code returns}, &gt;= 0; they sum and are scaled
 *     as {@code weights}
 * @param measures named measures of the batch for the report, finite; {@code objective/kl} and {@code rows} also drive an
 *     adaptive KL controller
 */
public record Experience(
        long step,
        TokenBatch batch,
        float[][] oldLogProbs,
        float[][] oldValues,
        float @Nullable [][] referenceLogProbs,
        float[][] advantages,
        float[][] returns,
        float[][] weights,
        float[][] valueWeights,
        Map<String, Double> measures) {
    /**
     * Checks shapes, and that no number that the loss reads is NaN or infinite.
     *
     * @throws IllegalArgumentException naming array, row and token
     */
    public Experience {
        measures = Map.copyOf(measures);
        if (step < 0) {
            throw new IllegalArgumentException("step " + step + " must not be negative");
        }
        check("oldLogProbs", batch, oldLogProbs, Output.LOG_PROB);
        check("oldValues", batch, oldValues, Output.VALUE);
        if (referenceLogProbs != null) {
            check("referenceLogProbs", batch, referenceLogProbs, Output.LOG_PROB);
        }
        check("advantages", batch, advantages, Output.LOG_PROB);
        check("weights", batch, weights, Output.LOG_PROB);
        notNegative("weights", weights);
        rows("returns", batch, returns);
        rows("valueWeights", batch, valueWeights);
        for (int i = 0; i < returns.length; i++) {
            int scored = batch.row(i).scored().length;
            check("returns", i, returns[i], returns[i].length == scored + 1 ? scored + 1 : scored);
            check("valueWeights", i, valueWeights[i], returns[i].length);
        }
        notNegative("valueWeights", valueWeights);
    }

    /**
     * An experience whose states have the weights of the tokens that follow them; the state after a row's last token, where it has a
     * return, has that token's.
     *
     * @param step the step it was sampled for, &gt;= 0
     * @param batch the rows
     * @param oldLogProbs log-probabilities that ratios refer to, [row][n]
     * @param oldValues values before the update, [row][n + 1]; zeros without values
     * @param referenceLogProbs log-probabilities of the reference, [row][n], or null if the loss needs none
     * @param advantages [row][n]
     * @param returns what the values are to learn, [row][n] or [row][n + 1]; zeros without values
     * @param weights the weight of each token, and of the state before it, in the loss, [row][n], &gt;= 0
     * @param measures named measures of the batch for the report, finite
     * @throws IllegalArgumentException naming array, row and token
     */
    public Experience(
            long step,
            TokenBatch batch,
            float[][] oldLogProbs,
            float[][] oldValues,
            float @Nullable [][] referenceLogProbs,
            float[][] advantages,
            float[][] returns,
            float[][] weights,
            Map<String, Double> measures) {
        this(
                step,
                batch,
                oldLogProbs,
                oldValues,
                referenceLogProbs,
                advantages,
                returns,
                weights,
                ofStates(weights, returns),
                measures);
    }

    private static float[][] ofStates(float[][] weights, float[][] returns) {
        float[][] ofStates = weights.clone();
        for (int i = 0; i < Math.min(weights.length, returns.length); i++) {
            int n = weights[i].length;
            if (n > 0 && returns[i].length == n + 1) {
                ofStates[i] = Arrays.copyOf(weights[i], n + 1);
                ofStates[i][n] = weights[i][n - 1];
            }
        }
        return ofStates;
    }

    private static void check(String name, TokenBatch batch, float[][] rows, Output shape) {
        rows(name, batch, rows);
        for (int i = 0; i < rows.length; i++) {
            check(name, i, rows[i], shape.length(batch.row(i).scored().length));
        }
    }

    private static void rows(String name, TokenBatch batch, float[][] rows) {
        if (rows.length != batch.size()) {
            throw new IllegalArgumentException(name + " has " + rows.length + " rows, the batch has " + batch.size());
        }
    }

    private static void check(String name, int row, float[] numbers, int wanted) {
        if (numbers.length != wanted) {
            throw new IllegalArgumentException(
                    name + ", row " + row + " has " + numbers.length + " numbers, " + wanted + " expected");
        }
        for (int t = 0; t < wanted; t++) {
            if (!Float.isFinite(numbers[t])) {
                throw new IllegalArgumentException(name + ", row " + row + ", token " + t + " is " + numbers[t]);
            }
        }
    }

    private static void notNegative(String name, float[][] rows) {
        for (int i = 0; i < rows.length; i++) {
            for (int t = 0; t < rows[i].length; t++) {
                if (rows[i][t] < 0) {
                    throw new IllegalArgumentException(
                            name + ", row " + i + ", token " + t + ": " + rows[i][t] + " is negative");
                }
            }
        }
    }
}
