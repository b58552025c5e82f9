package dev.reft.objective;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.math.ClippedSurrogate;
import dev.reft.math.ClippedValue;
import dev.reft.math.KlEstimator;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Arrays that do not fit are refused with array, row and token. */
class ObjectiveArgumentsTest {
    private static void refused(String part, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }

    private static float[][] rows(float... row) {
        return new float[][] {row};
    }

    @Test
    void targets() {
        float[][] good = rows(1, 1);
        refused("returns has 2 rows, weights 1", () -> new PpoTargets(null, null, null, good, new float[2][2], good));
        refused(
                "oldValues, row 0 has 2 numbers, 3 expected",
                () -> new PpoTargets(null, rows(1, 1), null, good, good, good));
        refused(
                "advantages of row 0, token 1 is NaN",
                () -> new PpoTargets(null, null, null, rows(1, Float.NaN), good, good));
        refused(
                "oldLogProbs of row 0, token 0 is -Infinity",
                () -> new PpoTargets(rows(Float.NEGATIVE_INFINITY, 1), null, null, good, good, good));
        refused("weight of row 0, token 1 is -1.0", () -> new PpoTargets(null, null, null, good, good, rows(1, -1)));
        refused("weights of row 0, token 0 is NaN", () -> new CrossEntropyObjective(rows(Float.NaN)));
        refused(
                "valueWeights, row 0 has 4 numbers, 2 or one more expected",
                () -> new PpoTargets(null, null, null, good, good, good, rows(1, 1, 1, 1)));
        refused(
                "value weight of row 0, token 2 is -1.0",
                () -> new PpoTargets(null, null, null, good, rows(1, 1, 1), good, rows(1, 1, -1)));
        refused(
                "returns, row 0 has 2 numbers, 3 expected",
                () -> new PpoTargets(null, null, null, good, good, good, rows(1, 1, 1)));
        refused(
                "oldValues, row 0 has 1 numbers, 2 or one more expected",
                () -> new ValueObjective(ClippedValue.UNCLIPPED, rows(1), good, good));
        refused("returns, row 0 has 1", () -> new ValueObjective(ClippedValue.UNCLIPPED, null, rows(1), good));
    }

    @Test
    void losses() {
        ClippedSurrogate clip = ClippedSurrogate.symmetric(0.2);
        ClippedValue value = ClippedValue.UNCLIPPED;
        refused("valueCoefficient -1.0", () -> new PpoLoss(clip, value, -1, 0, 0, KlEstimator.K1));
        refused("entropyCoefficient NaN", () -> new PpoLoss(clip, value, 0, Double.NaN, 0, KlEstimator.K1));
        refused("klCoefficient Infinity", () -> new PpoLoss(clip, value, 0, 0, 1.0 / 0, KlEstimator.K1));
        PpoTargets targets = new PpoTargets(null, null, null, rows(1), rows(1), rows(1));
        refused(
                "no reference log-probabilities",
                () -> new PpoObjective(new PpoLoss(clip, value, 0, 0, 0.1, KlEstimator.K2), targets));
    }

    @Test
    void aBatchOfAnotherStep() {
        Row row = Row.of(new int[] {1}, new int[] {2, 3});
        TokenBatch batch = TokenBatch.of(List.of(row, row));
        TokenScores scores = new TokenScores(batch, Map.of(Output.LOG_PROB, new float[][] {{-1, -1}, {-1, -1}}));
        refused("row 1 of the step has no weights", () -> new CrossEntropyObjective(rows(1, 1)).evaluate(scores));
        refused(
                "row 0 of the step has 2 scored tokens but 1 weights",
                () -> new CrossEntropyObjective(new float[][] {{1}, {1, 1}}).evaluate(scores));
    }
}
