package dev.reft.examples.guide;

import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Slopes;
import dev.reft.model.TokenScores;
import java.util.Map;

// region own-objective
/**
 * REINFORCE (Williams 1992): the loss is - sum over tokens of weight * advantage * log-probability.
 *
 * @param advantages one advantage a row of the whole step
 * @param weight the weight of every token, such as 1 / number of tokens in the step
 */
public record OwnObjective(double[] advantages, double weight) implements Objective {
    @Override
    public Evaluation evaluate(TokenScores scores) {
        float[][] logProbs = scores.logProbs();
        float[][] slopes = new float[logProbs.length][];
        double loss = 0;
        for (int i = 0; i < logProbs.length; i++) {
            // origin: this row's index in the step, whichever cut of it this pass holds
            double factor = -weight * advantages[scores.batch().origin(i)];
            slopes[i] = new float[logProbs[i].length];
            for (int t = 0; t < logProbs[i].length; t++) {
                loss += factor * logProbs[i][t];
                slopes[i][t] = (float) factor; // d loss / d log-probability
            }
        }
        return new Evaluation(loss, new Slopes(Map.of(Output.LOG_PROB, slopes)), Map.of());
    }
}
// endregion
