package dev.reft.ppo;

import dev.reft.model.Output;
import dev.reft.model.TokenBatch;
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
 * @param returns what the values are to learn, [row][n]; zeros without values
 * @param weights the weight of each token in the loss, [row][n], &gt;= 0; they sum to about 1 over the batch, and a
 *     mini-batch's are scaled by the number of mini-batches
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
        check("returns", batch, returns, Output.LOG_PROB);
        check("weights", batch, weights, Output.LOG_PROB);
        for (int i = 0; i < weights.length; i++) {
            for (int t = 0; t < weights[i].length; t++) {
                if (weights[i][t] < 0) {
                    throw new IllegalArgumentException(
                            "weights, row " + i + ", token " + t + ": " + weights[i][t] + " is negative");
                }
            }
        }
    }

    private static void check(String name, TokenBatch batch, float[][] rows, Output shape) {
        if (rows.length != batch.size()) {
            throw new IllegalArgumentException(name + " has " + rows.length + " rows, the batch has " + batch.size());
        }
        for (int i = 0; i < rows.length; i++) {
            int wanted = shape.length(batch.row(i).scored().length);
            if (rows[i].length != wanted) {
                throw new IllegalArgumentException(
                        name + ", row " + i + " has " + rows[i].length + " numbers, " + wanted + " expected");
            }
            for (int t = 0; t < wanted; t++) {
                if (!Float.isFinite(rows[i][t])) {
                    throw new IllegalArgumentException(name + ", row " + i + ", token " + t + " is " + rows[i][t]);
                }
            }
        }
    }
}
