package dev.reft.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Rows, batches, scores and slopes: shapes, selections and refusals. */
class BatchTest {
    private static void refused(String part, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void rowsCheckThemselves() {
        int[] tokens = {5, 6, 7};
        Row row = new Row(tokens, new int[] {1, 2}, 0.7f);
        assertSame(tokens, row.tokens());
        assertEquals(0, new Row(tokens, new int[0], 1).scored().length);
        refused("at least one token", () -> new Row(new int[0], new int[0], 1));
        refused("token 1 has the negative id -3", () -> new Row(new int[] {1, -3}, new int[0], 1));
        refused("scored[0] = 0", () -> new Row(tokens, new int[] {0}, 1));
        refused("scored[1] = 1", () -> new Row(tokens, new int[] {2, 1}, 1));
        refused("scored[1] = 2", () -> new Row(tokens, new int[] {2, 2}, 1));
        refused("scored[0] = 3", () -> new Row(tokens, new int[] {3}, 1));
        refused("temperature 0.0", () -> new Row(tokens, new int[0], 0));
        refused("temperature NaN", () -> new Row(tokens, new int[0], Float.NaN));
        refused("temperature Infinity", () -> new Row(tokens, new int[0], Float.POSITIVE_INFINITY));
        Row made = Row.of(new int[] {1, 2}, new int[] {3, 4});
        org.junit.jupiter.api.Assertions.assertArrayEquals(new int[] {2, 3}, made.scored());
        refused("scored[0] = 0", () -> Row.of(new int[0], new int[] {3}));
    }

    private static TokenBatch five() {
        List<Row> rows = new java.util.ArrayList<>();
        for (int i = 0; i < 5; i++) {
            rows.add(Row.of(new int[] {1}, new int[i]));
        }
        return TokenBatch.of(rows, new int[] {4, 4, 3, 3, 2});
    }

    @Test
    void selectionsRememberTheirOrigin() {
        TokenBatch whole = five();
        TokenBatch once = whole.select(4, 2, 0);
        TokenBatch twice = once.select(1, 1, 2);
        assertEquals(3, twice.size());
        assertEquals(2, twice.origin(0));
        assertEquals(2, twice.origin(1));
        assertEquals(0, twice.origin(2));
        assertEquals(3, twice.group(0));
        assertSame(whole.row(2), twice.row(0));
        assertEquals(0, whole.select().size());
        refused("row 3 is not in this batch of 3 rows", () -> once.select(0, 3));
        refused("row -1", () -> once.select(-1));
        refused("5 rows but 1 groups", () -> TokenBatch.of(rows(whole), new int[1]));
        TokenBatch own = TokenBatch.of(rows(whole));
        assertNotEquals(own.group(0), own.group(1));
    }

    private static List<Row> rows(TokenBatch batch) {
        return java.util.stream.IntStream.range(0, batch.size())
                .mapToObj(batch::row)
                .toList();
    }

    @Test
    void scoresHaveTheBatchsShape() {
        TokenBatch batch = five().select(2, 0);
        float[][] logProbs = {{-1, -2}, {}};
        float[][] values = {{1, 2, 3}, {4}};
        TokenScores scores = new TokenScores(batch, Map.of(Output.LOG_PROB, logProbs, Output.VALUE, values));
        assertSame(logProbs, scores.logProbs());
        assertSame(values, scores.values());
        String message =
                assertThrows(IllegalStateException.class, scores::entropies).getMessage();
        assertTrue(message.contains("ENTROPY was not asked for"), message);
        assertSame(values, new TokenScores(batch, Map.of(Output.DETACHED_VALUE, values)).values());
        assertThrows(IllegalStateException.class, new TokenScores(batch, Map.of())::values);
        refused(
                "LOG_PROB has 1 rows, the batch has 2",
                () -> new TokenScores(batch, Map.of(Output.LOG_PROB, new float[1][2])));
        refused(
                "VALUE, row 1 has 0 numbers, 1 expected",
                () -> new TokenScores(batch, Map.of(Output.VALUE, new float[][] {{1, 2, 3}, {}})));
        refused(
                "ENTROPY, row 0 has 3 numbers, 2 expected",
                () -> new TokenScores(batch, Map.of(Output.ENTROPY, new float[][] {{1, 2, 3}, {}})));
    }

    @Test
    void slopesMustFitTheScores() {
        TokenBatch batch = five().select(2, 0);
        TokenScores scores = new TokenScores(batch, Map.of(Output.LOG_PROB, new float[][] {{-1, -2}, {}}));
        new Slopes(Map.of()).checkAgainst(scores);
        new Slopes(Map.of(Output.LOG_PROB, new float[][] {{0, 1}, {}})).checkAgainst(scores);
        refused(
                "slopes for ENTROPY, but the pass was asked for [LOG_PROB]",
                () -> new Slopes(Map.of(Output.ENTROPY, new float[][] {{0, 1}, {}})).checkAgainst(scores));
        refused(
                "LOG_PROB, row 0 has 1",
                () -> new Slopes(Map.of(Output.LOG_PROB, new float[][] {{0}, {}})).checkAgainst(scores));
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            refused(
                    "LOG_PROB slope of row 0, token 1 is " + bad,
                    () -> new Slopes(Map.of(Output.LOG_PROB, new float[][] {{0, bad}, {}})).checkAgainst(scores));
        }
    }

    @Test
    void sizesAndRatesAreChecked() {
        refused("policyRate -1.0", () -> new StepSize(-1, 0, 1));
        refused("valueRate NaN", () -> new StepSize(1, Double.NaN, 1));
        refused("maxGradientNorm 0.0", () -> new StepSize(1, 1, 0));
        assertEquals(Double.POSITIVE_INFINITY, new StepSize(1, 1, Double.POSITIVE_INFINITY).maxGradientNorm());
        refused("contextLength 0", () -> new ModelInfo("m", 1, 0, 1, Set.of(), 0));
        refused("logProbTolerance NaN", () -> new ModelInfo("m", 1, 1, 1, Set.of(), Double.NaN));
        refused("beta1 1.0", () -> new Optimizer.AdamW(1, 0.9, 1e-8, 0));
        refused("epsilon 0.0", () -> new Optimizer.AdamW(0.9, 0.9, 0, 0));
        refused("device ' '", () -> new ModelSpec("m", " ", Precision.FP32, List.of()));
    }
}
