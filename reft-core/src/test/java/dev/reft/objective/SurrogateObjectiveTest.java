package dev.reft.objective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.math.ClippedSurrogate;
import dev.reft.math.ClippedValue;
import dev.reft.math.KlEstimator;
import dev.reft.math.SequenceSurrogate;
import dev.reft.math.SequenceSurrogate.Pooling;
import dev.reft.math.Surrogate;
import dev.reft.math.WeightedLogProb;
import dev.reft.model.Evaluation;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Slopes of the policy losses other than PPO's, and that they add up over cuts. */
class SurrogateObjectiveTest {
    private static final ClippedSurrogate WIDE = ClippedSurrogate.symmetric(0.4);
    private final Steps step = new Steps(9, 21);

    private static PpoLoss loss(Surrogate surrogate) {
        return new PpoLoss(surrogate, ClippedValue.UNCLIPPED, 0, 0, 0, KlEstimator.K3);
    }

    /** The step's targets with one advantage a completion, as group methods have it. */
    private PpoTargets grouped() {
        float[][] advantages = new float[step.lengths.length][];
        for (int i = 0; i < advantages.length; i++) {
            advantages[i] = new float[step.lengths[i]];
            java.util.Arrays.fill(advantages[i], i % 3 - 0.7f);
        }
        return new PpoTargets(
                step.targets.oldLogProbs(),
                null,
                step.targets.referenceLogProbs(),
                advantages,
                step.targets.returns(),
                step.targets.weights());
    }

    private void differences(Objective objective, Objective held, TokenScores scores) {
        float[][] slopes = objective.evaluate(scores).slopes().channels().get(Output.LOG_PROB);
        int moving = 0;
        for (int i = 0; i < slopes.length; i++) {
            float[] row = scores.logProbs()[i];
            for (int t = 0; t < row.length; t++) {
                float at = row[t];
                row[t] = at + 1e-3f;
                double up = row[t];
                double above = held.evaluate(scores).loss();
                row[t] = at - 1e-3f;
                double down = row[t];
                double below = held.evaluate(scores).loss();
                row[t] = at;
                double difference = (above - below) / (up - down);
                assertEquals(difference, slopes[i][t], 2e-6 + 2e-3 * Math.abs(slopes[i][t]), i + "," + t);
                moving += slopes[i][t] != 0 ? 1 : 0;
            }
        }
        assertTrue(moving > 5, moving + " slopes that are not 0");
    }

    @Test
    void theRatioOfACompletionMovesWithEachOfItsTokens() {
        for (Pooling pooling : Pooling.values()) {
            PpoObjective objective = new PpoObjective(loss(new SequenceSurrogate(WIDE, pooling)), grouped());
            differences(objective, objective, step.scores(Set.of(Output.LOG_PROB), 5));
        }
    }

    @Test
    void cispoMovesTheLogProbabilityAndHoldsItsFactor() {
        WeightedLogProb cispo = new WeightedLogProb(0.5);
        TokenScores scores = step.scores(Set.of(Output.LOG_PROB), 6);
        PpoTargets targets = step.targets;
        float[][] before = new float[step.lengths.length][];
        for (int i = 0; i < before.length; i++) {
            before[i] = scores.logProbs()[i].clone();
        }
        Objective held = now -> {
            double sum = 0;
            for (int i = 0; i < before.length; i++) {
                for (int t = 0; t < before[i].length; t++) {
                    double factor = Math.min(Math.exp((double) before[i][t] - targets.oldLogProbs()[i][t]), 1.5);
                    sum -= targets.weights()[i][t] * factor * targets.advantages()[i][t] * now.logProbs()[i][t];
                }
            }
            return new Evaluation(sum, new dev.reft.model.Slopes(Map.of()), Map.of());
        };
        PpoObjective objective = new PpoObjective(loss(cispo), targets);
        assertEquals(held.evaluate(scores).loss(), objective.evaluate(scores).loss(), 1e-9);
        differences(objective, held, scores);
    }

    @Test
    void everyRatioIsExactlyOneBeforeTheFirstStep() {
        TokenScores scores = step.scores(Set.of(Output.LOG_PROB), 7);
        PpoTargets same = new PpoTargets(
                scores.logProbs(),
                null,
                null,
                step.targets.advantages(),
                step.targets.returns(),
                step.targets.weights());
        for (Surrogate surrogate : List.of(
                WIDE, new SequenceSurrogate(WIDE), new SequenceSurrogate(WIDE, Pooling.SUM), new WeightedLogProb(4))) {
            Map<String, Double> sums =
                    new PpoObjective(loss(surrogate), same).evaluate(scores).sums();
            assertEquals(sums.get(Sums.TOKENS), sums.get(Sums.RATIO));
            assertEquals(0, sums.get(Sums.RATIO_DISTANCE));
            assertEquals(0, sums.get(Sums.CLIPPED));
        }
    }

    @Test
    void cutsAddUpWhereTheRatioIsTheCompletions() {
        TokenScores whole = step.scores(Set.of(Output.LOG_PROB), 8);
        PpoObjective objective = new PpoObjective(loss(new SequenceSurrogate(WIDE)), grouped());
        Evaluation all = objective.evaluate(whole);
        double loss = 0;
        double clipped = 0;
        for (TokenBatch cut : Accumulation.cuts(step.batch, 8)) {
            List<float[]> rows = new ArrayList<>();
            for (int i = 0; i < cut.size(); i++) {
                rows.add(whole.logProbs()[cut.origin(i)]);
            }
            Evaluation part =
                    objective.evaluate(new TokenScores(cut, Map.of(Output.LOG_PROB, rows.toArray(float[][]::new))));
            loss += part.loss();
            clipped += part.sums().get(Sums.CLIPPED);
            for (int i = 0; i < cut.size(); i++) {
                org.junit.jupiter.api.Assertions.assertArrayEquals(
                        all.slopes().channels().get(Output.LOG_PROB)[cut.origin(i)],
                        part.slopes().channels().get(Output.LOG_PROB)[i]);
            }
        }
        assertEquals(all.loss(), loss, 1e-12);
        assertEquals(all.sums().get(Sums.CLIPPED), clipped);
    }
}
