package dev.reft.objective;

import dev.reft.math.RewardModelLoss;
import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.Map;

/**
 * The loss of a reward model that tells right completions from wrong ones: binary cross-entropy of the value after each row's last
 * token, read as a logit.
 *
 * <p>This is the two-class cross-entropy of ReFT's reranker (arXiv 2401.08967): two logits enter a softmax by their difference
 * only, so one value that stands for the difference has the same losses and the same probabilities. Reports LOSS, CHOSEN,
 * REJECTED (rows that are right and wrong), CHOSEN_REWARD, REJECTED_REWARD, RIGHT, SCORE_SQUARED and the bins of
 * {@link PreferenceSums}; a bin's prediction is the probability of being right.
 */
public final class RewardLabelObjective implements Objective {
    private final boolean[] right;
    private final double[] weights;

    /**
     * The objective of one step.
     *
     * @param right how each row is marked, [row]
     * @param weights weight of each row, [row]; 1 / rows makes the mean
     * @throws IllegalArgumentException if lengths differ or a weight is not finite
     */
    public RewardLabelObjective(boolean[] right, double[] weights) {
        Shapes.rows("weights", weights, right.length);
        this.right = right;
        this.weights = weights;
    }

    @Override
    public Evaluation evaluate(TokenScores scores) {
        TokenBatch batch = scores.batch();
        LastValues values = new LastValues(scores);
        Accumulator sums = new Accumulator();
        for (int i = 0; i < batch.size(); i++) {
            int row = batch.origin(i);
            if (row >= right.length) {
                throw new IllegalArgumentException("row " + row + " of the step is not marked");
            }
            double logit = values.score(i);
            values.slope(i, weights[row] * RewardModelLoss.binarySlope(logit, right[row]));
            sums.add(PreferenceSums.LOSS, weights[row] * RewardModelLoss.binary(logit, right[row]));
            sums.add(right[row] ? PreferenceSums.CHOSEN : PreferenceSums.REJECTED, 1);
            sums.add(right[row] ? PreferenceSums.CHOSEN_REWARD : PreferenceSums.REJECTED_REWARD, logit);
            sums.add(PreferenceSums.RIGHT, logit > 0 == right[row] ? 1 : 0);
            sums.add(PreferenceSums.SCORE_SQUARED, logit * logit);
            LastValues.bin(sums, RewardModelLoss.probability(logit), right[row]);
        }
        Map<String, Double> all = sums.sums();
        return new Evaluation(all.getOrDefault(PreferenceSums.LOSS, 0.0), values.slopes(), all);
    }
}
