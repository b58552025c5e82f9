package dev.reft.objective;

import dev.reft.math.Preference;
import dev.reft.math.RewardModelLoss;
import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.TokenScores;
import java.util.Map;

/**
 * A reward model's loss on pairs of rows (Bradley and Terry 1952): a row's score is its value after its last token.
 *
 * <pre>
 * loss = sum over pairs of weight * (-log s(chosen - rejected - margin) + centring * (chosen + rejected)^2)
 * </pre>
 *
 * <p>Pair k is the rows 2k (chosen) and 2k + 1 (rejected) of the uncut batch. Reports LOSS, PAIRS, CHOSEN, REJECTED,
 * CHOSEN_REWARD, REJECTED_REWARD, RIGHT, SCORE_SQUARED and the bins of {@link PreferenceSums}; a bin's prediction is the
 * probability of the completion that the model prefers, so only bins from 0.5 on are used.
 */
public final class RewardPairObjective implements Objective {
    private final double[] margins;
    private final double[] weights;
    private final double centring;

    /**
     * The objective of one step.
     *
     * @param margins by how much each chosen completion is to win, [pair]
     * @param weights weight of each pair, [pair]; 1 / pairs makes the mean
     * @param centring coefficient of the term that keeps scores near 0, &gt;= 0
     * @throws IllegalArgumentException if lengths differ or a number is not finite
     */
    public RewardPairObjective(double[] margins, double[] weights, double centring) {
        Shapes.rows("weights", weights, weights.length);
        Shapes.rows("margins", margins, weights.length);
        if (!(centring >= 0) || Double.isInfinite(centring)) {
            throw new IllegalArgumentException("centring " + centring + " must be finite and not negative");
        }
        this.margins = margins;
        this.weights = weights;
        this.centring = centring;
    }

    @Override
    public Evaluation evaluate(TokenScores scores) {
        LastValues values = new LastValues(scores);
        Accumulator sums = new Accumulator();
        for (PairRows.Pair pair : PairRows.of(scores.batch(), weights.length)) {
            double chosen = values.score(pair.chosen());
            double rejected = values.score(pair.rejected());
            double weight = weights[pair.number()];
            Preference.Result result = RewardModelLoss.pair(chosen, rejected, margins[pair.number()], centring);
            values.slope(pair.chosen(), weight * result.chosenSlope());
            values.slope(pair.rejected(), weight * result.rejectedSlope());
            boolean right = chosen > rejected;
            sums.add(PreferenceSums.LOSS, weight * result.loss());
            sums.add(PreferenceSums.PAIRS, 1);
            sums.add(PreferenceSums.CHOSEN, 1);
            sums.add(PreferenceSums.REJECTED, 1);
            sums.add(PreferenceSums.CHOSEN_REWARD, chosen);
            sums.add(PreferenceSums.REJECTED_REWARD, rejected);
            sums.add(PreferenceSums.RIGHT, right ? 1 : 0);
            sums.add(PreferenceSums.SCORE_SQUARED, chosen * chosen + rejected * rejected);
            LastValues.bin(sums, RewardModelLoss.probability(Math.abs(chosen - rejected)), right);
        }
        Map<String, Double> all = sums.sums();
        return new Evaluation(all.getOrDefault(PreferenceSums.LOSS, 0.0), values.slopes(), all);
    }
}
