package dev.reft.objective;

import dev.reft.math.Preference;
import dev.reft.math.PreferenceLoss;
import dev.reft.math.SequenceLogProbs;
import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Slopes;
import dev.reft.model.TokenScores;
import java.util.Map;

/**
 * DPO and its family on pairs of rows: a {@link PreferenceLoss} of the completions' summed log-probabilities, and if wanted the
 * likelihood of the chosen ones.
 *
 * <pre>
 * loss = sum over pairs of weight * form(pair) - sum over chosen tokens of likelihood weight * log p(token)
 * </pre>
 *
 * <p>Reports LOSS, PAIRS, CHOSEN_REWARD, REJECTED_REWARD, RIGHT, CHOSEN_LOG_PROB, REJECTED_LOG_PROB, CHOSEN_LENGTH,
 * REJECTED_LENGTH and LIKELIHOOD of {@link PreferenceSums}; rewards and log-probabilities are of plain sums over tokens, also
 * with LD-DPO's weights.
 */
public final class PreferenceObjective implements Objective {
    private final PreferenceLoss form;
    private final PreferenceTargets targets;

    /**
     * The objective of one step.
     *
     * @param form the loss of a pair
     * @param targets the step's arrays
     * @throws IllegalArgumentException if the loss has a reference and the targets have none
     */
    public PreferenceObjective(PreferenceLoss form, PreferenceTargets targets) {
        if (form.usesReference() && targets.references() == null) {
            throw new IllegalArgumentException(form + " needs reference log-probabilities");
        }
        this.form = form;
        this.targets = targets;
    }

    @Override
    public Evaluation evaluate(TokenScores scores) {
        float[][] logProbs = scores.logProbs();
        float[][] slopes = new float[logProbs.length][];
        Accumulator sums = new Accumulator();
        for (PairRows.Pair pair : PairRows.of(scores.batch(), targets.weights().length)) {
            float[] chosen = logProbs[pair.chosen()];
            float[] rejected = logProbs[pair.rejected()];
            int row = 2 * pair.number();
            checkScored(row, chosen);
            checkScored(row + 1, rejected);
            int shared = Math.min(chosen.length, rejected.length);
            double weight = targets.weights()[pair.number()];
            Preference.Result result = form.of(new Preference(
                    sum(chosen, shared),
                    sum(rejected, shared),
                    reference(row),
                    reference(row + 1),
                    chosen.length,
                    rejected.length));
            slopes[pair.chosen()] = slopes(chosen.length, shared, weight * result.chosenSlope());
            slopes[pair.rejected()] = slopes(rejected.length, shared, weight * result.rejectedSlope());
            double likelihood = likelihood(row, chosen, slopes[pair.chosen()]);
            sums.add(PreferenceSums.LOSS, weight * result.loss() + likelihood);
            sums.add(PreferenceSums.LIKELIHOOD, likelihood);
            report(sums, row, chosen, rejected, shared);
        }
        Map<String, Double> all = sums.sums();
        return new Evaluation(
                all.getOrDefault(PreferenceSums.LOSS, 0.0), new Slopes(Map.of(Output.LOG_PROB, slopes)), all);
    }

    private void report(Accumulator sums, int row, float[] chosen, float[] rejected, int shared) {
        double chosenReward = form.reward(sum(chosen, shared) - reference(row), chosen.length);
        double rejectedReward = form.reward(sum(rejected, shared) - reference(row + 1), rejected.length);
        sums.add(PreferenceSums.PAIRS, 1);
        sums.add(PreferenceSums.CHOSEN_REWARD, chosenReward);
        sums.add(PreferenceSums.REJECTED_REWARD, rejectedReward);
        sums.add(PreferenceSums.RIGHT, chosenReward > rejectedReward ? 1 : 0);
        sums.add(PreferenceSums.CHOSEN_LOG_PROB, sum(chosen, chosen.length));
        sums.add(PreferenceSums.REJECTED_LOG_PROB, sum(rejected, rejected.length));
        sums.add(PreferenceSums.CHOSEN_LENGTH, chosen.length);
        sums.add(PreferenceSums.REJECTED_LENGTH, rejected.length);
    }

    /** The likelihood term of a chosen row; its slope is added. */
    private double likelihood(int row, float[] logProbs, float[] slopes) {
        float[][] weights = targets.likelihood();
        if (weights == null) {
            return 0;
        }
        if (row >= weights.length || weights[row].length != logProbs.length) {
            throw new IllegalArgumentException("likelihood, row " + row + " of the step has "
                    + (row < weights.length ? weights[row].length : 0) + " weights for " + logProbs.length + " tokens");
        }
        double loss = 0;
        for (int t = 0; t < logProbs.length; t++) {
            loss -= (double) weights[row][t] * logProbs[t];
            slopes[t] -= weights[row][t];
        }
        return loss;
    }

    private double reference(int row) {
        double[] references = targets.references();
        return references == null || !form.usesReference() ? 0 : references[row];
    }

    private double sum(float[] logProbs, int shared) {
        return SequenceLogProbs.desensitised(logProbs, shared, targets.desensitising());
    }

    private float[] slopes(int length, int shared, double slope) {
        float[] slopes = new float[length];
        for (int t = 0; t < length; t++) {
            slopes[t] = (float) (t < shared ? slope : targets.desensitising() * slope);
        }
        return slopes;
    }

    private static void checkScored(int row, float[] logProbs) {
        if (logProbs.length == 0) {
            throw new IllegalArgumentException("row " + row + " of the step scores no token");
        }
    }
}
