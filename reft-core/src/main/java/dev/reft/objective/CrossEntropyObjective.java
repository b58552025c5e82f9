package dev.reft.objective;

import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Slopes;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.Map;

/**
 * Supervised fine-tuning's loss: the weighted negative log-probability of the scored tokens.
 *
 * <pre>
 * loss = -sum over tokens of weight * log p(token)
 * </pre>
 *
 * <p>Only completions are scored, so prompts are not learned. Weights of {@link dev.reft.math.Aggregation.TokenMean}
 * make the mean over the tokens of the batch. Reports TOKENS, ROWS, WEIGHT and NEGATIVE_LOG_PROB of {@link Sums}.
 */
public final class CrossEntropyObjective implements Objective {
    private final float[][] weights;

    /**
     * The objective of one step.
     *
     * @param weights weight of each scored token of the uncut batch, [row][n], finite; 0 leaves a token out. Negative
     *     weights push tokens away
     * @throws IllegalArgumentException if a weight is NaN or infinite, naming row and token
     */
    public CrossEntropyObjective(float[][] weights) {
        Shapes.finite("weights", weights);
        this.weights = weights;
    }

    @Override
    public Evaluation evaluate(TokenScores scores) {
        TokenBatch batch = scores.batch();
        float[][] logProbs = scores.logProbs();
        float[][] slopes = new float[batch.size()][];
        double loss = 0;
        double nll = 0;
        double weight = 0;
        int tokens = 0;
        int rows = 0;
        for (int i = 0; i < batch.size(); i++) {
            float[] w = weights[Shapes.origin(batch, i, weights)];
            slopes[i] = new float[w.length];
            int before = tokens;
            for (int t = 0; t < w.length; t++) {
                if (w[t] != 0) {
                    loss -= (double) w[t] * logProbs[i][t];
                    nll -= logProbs[i][t];
                    slopes[i][t] = -w[t];
                    weight += w[t];
                    tokens++;
                }
            }
            rows += tokens > before ? 1 : 0;
        }
        return new Evaluation(
                loss,
                new Slopes(Map.of(Output.LOG_PROB, slopes)),
                Map.of(
                        Sums.TOKENS,
                        (double) tokens,
                        Sums.ROWS,
                        (double) rows,
                        Sums.WEIGHT,
                        weight,
                        Sums.NEGATIVE_LOG_PROB,
                        nll));
    }
}
