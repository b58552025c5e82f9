package dev.reft.objective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.math.ClippedValue;
import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.TokenScores;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Slopes of the objectives against differences of their losses, for every token and output. */
class ObjectiveSlopesTest {
    private final Steps step = new Steps(9, 11);

    /** Differences over two neighbouring floats that are far enough apart for doubles to resolve. */
    private static void check(Objective objective, TokenScores scores) {
        Evaluation evaluation = objective.evaluate(scores);
        evaluation.slopes().checkAgainst(scores);
        int checked = 0;
        for (Map.Entry<Output, float[][]> entry : scores.channels().entrySet()) {
            float[][] slopes = evaluation.slopes().channels().get(entry.getKey());
            for (int i = 0; i < entry.getValue().length; i++) {
                for (int t = 0; t < entry.getValue()[i].length; t++) {
                    float[] row = entry.getValue()[i];
                    float at = row[t];
                    float up = at + 1e-3f;
                    float down = at - 1e-3f;
                    row[t] = up;
                    double above = objective.evaluate(scores).loss();
                    row[t] = down;
                    double below = objective.evaluate(scores).loss();
                    row[t] = at;
                    double difference = (above - below) / ((double) up - down);
                    double slope = slopes == null ? 0 : slopes[i][t];
                    String where = entry.getKey() + " row " + i + ", token " + t;
                    assertEquals(difference, slope, 2e-6 + 2e-3 * Math.abs(slope), where);
                    checked++;
                }
            }
        }
        assertTrue(checked > 15, checked + " numbers checked");
    }

    @Test
    void ppoWithEveryTerm() {
        check(new PpoObjective(Steps.ALL_TERMS, step.targets), step.scores(Steps.ALL_TERMS.outputs(), 5));
    }

    /** Where the score comes after the last token, that state's value is fitted as well. */
    @Test
    void valuesOfTheStatesAfterTheLastTokensAreFittedWhereTheyHaveReturns() {
        PpoTargets targets = step.withLastStates;
        PpoObjective objective = new PpoObjective(Steps.ALL_TERMS, targets);
        TokenScores scores = step.scores(Steps.ALL_TERMS.outputs(), 5);
        check(objective, scores);
        ValueObjective critic = new ValueObjective(
                Steps.ALL_TERMS.value(), targets.oldValues(), targets.returns(), targets.valueWeights());
        check(critic, scores);
        Evaluation all = objective.evaluate(scores);
        int states = 0;
        int fitted = 0;
        for (int i = 0; i < step.lengths.length; i++) {
            for (float weight : targets.valueWeights()[i]) {
                states += weight != 0 ? 1 : 0;
            }
            float last = all.slopes().channels().get(Output.VALUE)[i][step.lengths[i]];
            assertTrue(last == 0 || targets.returns()[i].length == step.lengths[i] + 1, "row " + i);
            fitted += last != 0 ? 1 : 0;
        }
        assertTrue(fitted > 0, "a last state has a slope");
        assertEquals(states, all.sums().get(Sums.STATES));
        assertEquals(states, critic.evaluate(scores).sums().get(Sums.STATES));
        assertTrue(states > all.sums().get(Sums.TOKENS), states + " states");
        assertEquals(all.sums().get(Sums.TOKENS), critic.evaluate(scores).sums().get(Sums.TOKENS));
    }

    @Test
    void ppoAsReftHasIt() {
        check(new PpoObjective(PpoLoss.REFT, step.targets), step.scores(PpoLoss.REFT.outputs(), 6));
    }

    @Test
    void detachedValuesGetTheSlopeWhereOnlyTheyWereAskedFor() {
        TokenScores scores = step.scores(Set.of(Output.LOG_PROB, Output.DETACHED_VALUE), 7);
        PpoObjective objective = new PpoObjective(PpoLoss.REFT, step.targets);
        check(objective, scores);
        assertTrue(objective.evaluate(scores).slopes().channels().containsKey(Output.DETACHED_VALUE));
    }

    @Test
    void crossEntropy() {
        check(new CrossEntropyObjective(step.targets.weights()), step.scores(Set.of(Output.LOG_PROB), 8));
    }

    @Test
    void criticWarmUp() {
        ValueObjective objective = new ValueObjective(
                new ClippedValue(0.2), step.targets.oldValues(), step.targets.returns(), step.targets.weights());
        check(objective, step.scores(Set.of(Output.VALUE), 9));
        check(objective, step.scores(Set.of(Output.DETACHED_VALUE), 9));
    }

    @Test
    void withoutACoefficientThereAreNoSlopesToPayFor() {
        PpoLoss policyOnly =
                new PpoLoss(Steps.ALL_TERMS.policy(), ClippedValue.UNCLIPPED, 0, 0, 0, Steps.ALL_TERMS.klEstimator());
        assertEquals(Set.of(Output.LOG_PROB), policyOnly.outputs());
        Evaluation evaluation = new PpoObjective(policyOnly, step.targets)
                .evaluate(step.scores(Set.of(Output.LOG_PROB, Output.ENTROPY, Output.VALUE), 10));
        assertEquals(Set.of(Output.LOG_PROB), evaluation.slopes().channels().keySet());
        assertTrue(evaluation.sums().containsKey(Sums.ENTROPY), "entropies are reported though they cost no slope");
        assertTrue(evaluation.sums().containsKey(Sums.VALUE));
    }

    @Test
    void withTheirOwnLogProbsEveryRatioIsOne() {
        PpoTargets own = new PpoTargets(
                null, null, null, step.targets.advantages(), step.targets.returns(), step.targets.weights());
        TokenScores scores = step.scores(PpoLoss.REFT.outputs(), 12);
        Evaluation evaluation = new PpoObjective(PpoLoss.REFT, own).evaluate(scores);
        double tokens = evaluation.sums().get(Sums.TOKENS);
        assertEquals(tokens, evaluation.sums().get(Sums.RATIO));
        assertEquals(0, evaluation.sums().get(Sums.CLIPPED));
        assertEquals(0, evaluation.sums().get(Sums.VALUE_CLIPPED));
        assertEquals(0, evaluation.sums().get(Sums.APPROXIMATE_KL_K3));
        float[][] slopes = evaluation.slopes().channels().get(Output.LOG_PROB);
        for (int i = 0; i < slopes.length; i++) {
            for (int t = 0; t < slopes[i].length; t++) {
                float wanted = (float) -((double) own.weights()[i][t] * own.advantages()[i][t]);
                assertEquals(wanted, slopes[i][t], 1e-9f);
            }
        }
    }

    @Test
    void tokensOfWeightZeroAreInNothing() {
        TokenScores scores = step.scores(Steps.ALL_TERMS.outputs(), 13);
        PpoObjective objective = new PpoObjective(Steps.ALL_TERMS, step.targets);
        Evaluation before = objective.evaluate(scores);
        int left = 0;
        for (int i = 0; i < step.lengths.length; i++) {
            for (int t = 0; t < step.lengths[i]; t++) {
                if (step.targets.weights()[i][t] == 0) {
                    left++;
                    scores.logProbs()[i][t] = -1.9f;
                    scores.entropies()[i][t] = 7;
                    scores.values()[i][t] = 7;
                    assertEquals(0, before.slopes().channels().get(Output.LOG_PROB)[i][t]);
                }
            }
            // The state after the last token is no token.
            scores.values()[i][step.lengths[i]] = -50;
            assertEquals(0, before.slopes().channels().get(Output.VALUE)[i][step.lengths[i]]);
        }
        assertFalse(left == 0, "the step leaves out a row");
        Evaluation after = objective.evaluate(scores);
        assertEquals(before.loss(), after.loss());
        assertEquals(before.sums(), after.sums());
    }

    @Test
    void crossEntropyOfOneTokenMeanIsTheMeanNegativeLogProb() {
        TokenScores scores = step.scores(Set.of(Output.LOG_PROB), 14);
        double sum = 0;
        int n = 0;
        for (float[] row : scores.logProbs()) {
            for (float logProb : row) {
                sum -= logProb;
                n++;
            }
        }
        float[][] weights =
                dev.reft.math.Ragged.floats(new dev.reft.math.Aggregation.TokenMean().weights(step.lengths));
        Evaluation evaluation = new CrossEntropyObjective(weights).evaluate(scores);
        assertEquals(sum / n, evaluation.loss(), 1e-6);
        assertEquals(sum, evaluation.sums().get(Sums.NEGATIVE_LOG_PROB), 1e-9);
        assertArrayEquals(new double[] {n}, new double[] {evaluation.sums().get(Sums.TOKENS)});
    }
}
