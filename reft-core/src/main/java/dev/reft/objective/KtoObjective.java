package dev.reft.objective;

import dev.reft.math.KtoLoss;
import dev.reft.math.SequenceLogProbs;
import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Slopes;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.Arrays;
import java.util.Map;

/**
 * KTO (arXiv 2402.01306) on rows that are each marked desirable or not: the weighted sum of {@link KtoLoss} of the rows' summed
 * log-ratios. The reference point kl is computed before the cut, of the whole batch, and has no slope.
 *
 * <p>Reports LOSS, CHOSEN, REJECTED, CHOSEN_REWARD, REJECTED_REWARD, CHOSEN_LOG_PROB, REJECTED_LOG_PROB, CHOSEN_LENGTH and
 * REJECTED_LENGTH of {@link PreferenceSums}, a chosen completion being a desirable one.
 */
public final class KtoObjective implements Objective {
    private final KtoLoss form;
    private final boolean[] desirable;
    private final double[] references;
    private final double[] weights;
    private final double kl;

    /**
     * The objective of one step; arrays have a number for each row of the uncut batch.
     *
     * @param form the loss of a completion
     * @param desirable how each is marked, [row]
     * @param references log-probability of each under the reference, [row]
     * @param weights weight of each, [row]; 1 / rows makes the mean
     * @param kl from {@link KtoLoss#kl}, &gt;= 0; NaN makes the loss NaN
     * @throws IllegalArgumentException if lengths differ or a number is not finite
     */
    public KtoObjective(KtoLoss form, boolean[] desirable, double[] references, double[] weights, double kl) {
        Shapes.rows("references", references, desirable.length);
        Shapes.rows("weights", weights, desirable.length);
        if (kl < 0) {
            throw new IllegalArgumentException("kl " + kl + " must not be negative");
        }
        this.form = form;
        this.desirable = desirable;
        this.references = references;
        this.weights = weights;
        this.kl = kl;
    }

    @Override
    public Evaluation evaluate(TokenScores scores) {
        TokenBatch batch = scores.batch();
        float[][] logProbs = scores.logProbs();
        float[][] slopes = new float[logProbs.length][];
        Accumulator sums = new Accumulator();
        for (int i = 0; i < batch.size(); i++) {
            int row = batch.origin(i);
            if (row >= desirable.length) {
                throw new IllegalArgumentException("row " + row + " of the step is not marked");
            }
            double logProb = SequenceLogProbs.desensitised(logProbs[i], logProbs[i].length, 1);
            double ratio = logProb - references[row];
            slopes[i] = new float[logProbs[i].length];
            Arrays.fill(slopes[i], (float) (weights[row] * form.slope(ratio, desirable[row], kl)));
            sums.add(PreferenceSums.LOSS, weights[row] * form.loss(ratio, desirable[row], kl));
            boolean chosen = desirable[row];
            sums.add(chosen ? PreferenceSums.CHOSEN : PreferenceSums.REJECTED, 1);
            sums.add(chosen ? PreferenceSums.CHOSEN_REWARD : PreferenceSums.REJECTED_REWARD, form.beta() * ratio);
            sums.add(chosen ? PreferenceSums.CHOSEN_LOG_PROB : PreferenceSums.REJECTED_LOG_PROB, logProb);
            sums.add(chosen ? PreferenceSums.CHOSEN_LENGTH : PreferenceSums.REJECTED_LENGTH, slopes[i].length);
        }
        Map<String, Double> all = sums.sums();
        return new Evaluation(
                all.getOrDefault(PreferenceSums.LOSS, 0.0), new Slopes(Map.of(Output.LOG_PROB, slopes)), all);
    }
}
