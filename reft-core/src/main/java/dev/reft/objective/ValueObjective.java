package dev.reft.objective;

import dev.reft.math.ClippedValue;
import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Slopes;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The critic's loss alone, for warming it up before the policy moves: the weighted, clipped squared error of values.
 *
 * <p>Slopes go to VALUE if the pass was asked for it, else to DETACHED_VALUE, which leaves the trunk as it is. The value
 * after a row's last token has slope 0 unless it has a weight. Reports TOKENS, STATES, ROWS, WEIGHT, VALUE_LOSS,
 * VALUE_CLIPPED, VALUE and VALUE_ERROR_SQUARED of {@link Sums}.
 */
public final class ValueObjective implements Objective {
    private final ClippedValue form;
    private final float @Nullable [][] oldValues;
    private final float[][] returns;
    private final float[][] weights;

    /**
     * The objective of one step.
     *
     * @param form the loss of one token
     * @param oldValues values when the returns were computed, [row][n + 1]; null clips nothing
     * @param returns what the values are fitted to, as many as {@code weights}
     * @param weights weight of the state before each scored token, [row][n], or [row][n + 1] where the state after the last
     *     token is fitted too
     * @throws IllegalArgumentException if shapes differ or a number is not finite; the message names array, row and token
     */
    public ValueObjective(ClippedValue form, float @Nullable [][] oldValues, float[][] returns, float[][] weights) {
        Shapes.finite("weights", weights);
        Shapes.like(weights, "returns", returns, 0);
        if (oldValues != null) {
            Shapes.states(weights, "oldValues", oldValues);
            Shapes.finite("oldValues", oldValues);
        }
        this.form = form;
        this.oldValues = oldValues;
        this.returns = returns;
        this.weights = weights;
    }

    @Override
    public Evaluation evaluate(TokenScores scores) {
        TokenBatch batch = scores.batch();
        float[][] values = scores.values();
        float[][] slopes = new float[batch.size()][];
        Accumulator sums = new Accumulator();
        for (int i = 0; i < batch.size(); i++) {
            int row = Shapes.originOfStates(batch, i, weights);
            slopes[i] = new float[values[i].length];
            int scored = batch.row(i).scored().length;
            boolean counted = false;
            for (int t = 0; t < weights[row].length; t++) {
                double w = weights[row][t];
                if (w == 0) {
                    continue;
                }
                counted = true;
                double v = values[i][t];
                double old = oldValues == null ? v : oldValues[row][t];
                double target = returns[row][t];
                slopes[i][t] = (float) (w * form.slope(v, old, target));
                sums.add(Sums.TOKENS, t < scored ? 1 : 0);
                sums.add(Sums.STATES, 1);
                sums.add(Sums.WEIGHT, w);
                sums.add(Sums.VALUE_LOSS, w * form.loss(v, old, target));
                sums.add(Sums.VALUE_CLIPPED, form.clipped(v, old, target) ? 1 : 0);
                sums.add(Sums.VALUE, v);
                sums.add(Sums.VALUE_ERROR_SQUARED, (v - target) * (v - target));
            }
            sums.add(Sums.ROWS, counted ? 1 : 0);
        }
        Output output = scores.channels().containsKey(Output.VALUE) ? Output.VALUE : Output.DETACHED_VALUE;
        Map<String, Double> all = sums.sums();
        return new Evaluation(all.getOrDefault(Sums.VALUE_LOSS, 0.0), new Slopes(Map.of(output, slopes)), all);
    }
}
