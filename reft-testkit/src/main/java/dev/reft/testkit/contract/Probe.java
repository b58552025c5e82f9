package dev.reft.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;

/** Rows to ask a model about, and comparisons of what it says. */
final class Probe {
    /** Vocabularies up to this size are enumerated. */
    static final int ENUMERABLE = 4096;

    private Probe() {}

    static int[] tokens(ModelInfo info, Random random, int length) {
        int[] tokens = new int[length];
        for (int i = 0; i < length; i++) {
            tokens[i] = random.nextInt(info.vocabularySize());
        }
        return tokens;
    }

    /** All positions but the first are scored. */
    static Row row(int[] tokens, float temperature) {
        return row(tokens, 1, temperature);
    }

    /** All positions from {@code from} on are scored. */
    static Row row(int[] tokens, int from, float temperature) {
        int[] scored = new int[tokens.length - from];
        for (int i = 0; i < scored.length; i++) {
            scored[i] = from + i;
        }
        return new Row(tokens, scored, temperature);
    }

    static int length(ModelInfo info, int wanted) {
        return Math.min(wanted, info.contextLength());
    }

    /** Ragged rows: different lengths, temperatures and scored positions; one of them scores nothing. */
    static TokenBatch ragged(ModelInfo info, long seed) {
        Random random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        rows.add(row(tokens(info, random, length(info, 4)), 1f));
        rows.add(row(tokens(info, random, length(info, 11)), 3, 0.7f));
        rows.add(new Row(tokens(info, random, length(info, 7)), new int[0], 1f));
        rows.add(new Row(tokens(info, random, length(info, 9)), new int[] {2, 5, 6}, 1.3f));
        rows.add(row(tokens(info, random, length(info, 2)), 1f));
        rows.add(row(tokens(info, random, length(info, 6)), 2, 0.5f));
        rows.add(row(tokens(info, random, length(info, 5)), 1f));
        rows.add(row(tokens(info, random, length(info, 8)), 4, 1f));
        return TokenBatch.of(rows);
    }

    static TokenScores score(Scorer scorer, Set<Output> wanted, Row... rows) {
        return scorer.score(TokenBatch.of(List.of(rows)), wanted);
    }

    /** Log-probability of every token of the vocabulary after a prefix, and the entropy last. */
    static double[] next(Scorer scorer, int[] prefix, float temperature) {
        int size = scorer.info().vocabularySize();
        Assumptions.assumeTrue(size <= ENUMERABLE, () -> "a vocabulary of " + size + " is not enumerated");
        List<Row> rows = new ArrayList<>();
        for (int v = 0; v < size; v++) {
            int[] tokens = Arrays.copyOf(prefix, prefix.length + 1);
            tokens[prefix.length] = v;
            rows.add(row(tokens, prefix.length, temperature));
        }
        TokenScores scores = scorer.score(TokenBatch.of(rows), Set.of(Output.LOG_PROB, Output.ENTROPY));
        double[] next = new double[size + 1];
        for (int v = 0; v < size; v++) {
            next[v] = scores.logProbs()[v][0];
        }
        next[size] = scores.entropies()[0][0];
        return next;
    }

    static void assertClose(float[] expected, float[] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length, what);
        for (int i = 0; i < expected.length; i++) {
            assertTrue(Float.isFinite(actual[i]), what + ", number " + i + " is " + actual[i]);
            assertEquals(expected[i], actual[i], tolerance, what + ", number " + i);
        }
    }

    static void assertClose(float[][] expected, float[][] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length, what);
        for (int i = 0; i < expected.length; i++) {
            assertClose(expected[i], actual[i], tolerance, what + ", row " + i);
        }
    }

    static void assertClose(TokenScores expected, TokenScores actual, double tolerance, String what) {
        assertEquals(expected.channels().keySet(), actual.channels().keySet(), what);
        for (Output output : expected.channels().keySet()) {
            assertClose(channel(expected, output), channel(actual, output), tolerance, what + ", " + output);
        }
    }

    /** Bit for bit. */
    static void assertSame(TokenScores expected, TokenScores actual, String what) {
        assertClose(expected, actual, 0, what);
    }

    static float[][] channel(TokenScores scores, Output output) {
        float[][] channel = scores.channels().get(output);
        assertTrue(channel != null, output + " was asked for and is missing");
        return channel == null ? new float[0][] : channel;
    }

    static boolean equal(TokenScores a, TokenScores b, Output output) {
        return Arrays.deepEquals(channel(a, output), channel(b, output));
    }

    static Set<Output> values(ModelInfo info) {
        Assumptions.assumeTrue(info.outputs().contains(Output.VALUE), "the model gives no values");
        return Set.of(Output.VALUE);
    }

    /** The message must hold all parts, so that the caller can find the fault. */
    static void assertNames(Throwable thrown, Object... parts) {
        String message = String.valueOf(thrown.getMessage());
        for (Object part : parts) {
            assertTrue(message.contains(String.valueOf(part)), "'" + message + "' does not name " + part);
        }
    }
}
