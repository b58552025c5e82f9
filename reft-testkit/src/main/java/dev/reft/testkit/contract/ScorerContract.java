package dev.reft.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Scorer} keeps. A test class implements this interface; each test opens its own model and closes it.
 * The model should be tiny, with random weights rather than zeros, and a vocabulary of at most a few hundred.
 */
public interface ScorerContract {
    /**
     * Opens the model, each time in the same state.
     *
     * @return the model; the contract closes it
     */
    Scorer openScorer();

    /**
     * How exactly the engine computes.
     *
     * @return {@link Tolerance#FP32} unless said otherwise
     */
    default Tolerance tolerance() {
        return Tolerance.FP32;
    }

    /** Scores hold the outputs wanted and no other, in shape, and finite; one by one they are what they are together. */
    @Test
    default void givesExactlyTheOutputsWanted() {
        try (Scorer scorer = openScorer()) {
            TokenBatch batch = Probe.ragged(scorer.info(), 1);
            TokenScores all = scorer.score(batch, scorer.info().outputs());
            for (Output output : scorer.info().outputs()) {
                TokenScores one = scorer.score(batch, Set.of(output));
                assertEquals(Set.of(output), one.channels().keySet());
                Probe.assertClose(
                        Probe.channel(all, output),
                        Probe.channel(one, output),
                        tolerance().company(),
                        "" + output);
            }
            assertEquals(scorer.info().outputs(), all.channels().keySet());
        }
    }

    /** The log-probabilities of all next tokens are those of one distribution, whose entropy is the one reported. */
    @Test
    default void logProbsOverTheVocabularyAddUpToOne() {
        try (Scorer scorer = openScorer()) {
            int[] prefix = Probe.tokens(scorer.info(), new Random(2), 3);
            for (float temperature : new float[] {1f, 0.7f, 2f}) {
                double[] next = Probe.next(scorer, prefix, temperature);
                double sum = 0;
                double entropy = 0;
                for (int v = 0; v < next.length - 1; v++) {
                    sum += Math.exp(next[v]);
                    entropy -= Math.exp(next[v]) * next[v];
                }
                assertEquals(1, sum, tolerance().number(), "probabilities at temperature " + temperature);
                assertEquals(entropy, next[next.length - 1], 10 * tolerance().number(), "entropy at " + temperature);
            }
        }
    }

    /** Temperature divides the logits, before the softmax. */
    @Test
    default void temperatureDividesTheLogits() {
        try (Scorer scorer = openScorer()) {
            int[] prefix = Probe.tokens(scorer.info(), new Random(3), 4);
            double[] plain = Probe.next(scorer, prefix, 1f);
            float temperature = 0.6f;
            double[] scaled = Probe.next(scorer, prefix, temperature);
            double sum = 0;
            for (int v = 0; v < plain.length - 1; v++) {
                sum += Math.exp(plain[v] / temperature);
            }
            for (int v = 0; v < plain.length - 1; v++) {
                assertEquals(
                        plain[v] / temperature - Math.log(sum),
                        scaled[v],
                        5 * tolerance().number(),
                        "token " + v);
            }
        }
    }

    /** A token changes nothing before it; the value of a state does not see the token that comes next. */
    @Test
    default void laterTokensChangeNothingEarlier() {
        try (Scorer scorer = openScorer()) {
            ModelInfo info = scorer.info();
            int[] tokens = Probe.tokens(info, new Random(4), Probe.length(info, 9));
            int cut = tokens.length - 4;
            int[] changed = tokens.clone();
            for (int t = cut; t < changed.length; t++) {
                changed[t] = (changed[t] + 1 + t % 3) % info.vocabularySize();
            }
            for (Output output : info.outputs()) {
                float[] before = Probe.channel(Probe.score(scorer, Set.of(output), Probe.row(tokens, 1f)), output)[0];
                float[] after = Probe.channel(Probe.score(scorer, Set.of(output), Probe.row(changed, 1f)), output)[0];
                // Position t is number t - 1; entropy and value of the changed token's own place come from before it.
                int same = output == Output.LOG_PROB ? cut - 1 : cut;
                for (int i = 0; i < same; i++) {
                    assertEquals(before[i], after[i], tolerance().company(), output + " " + i + " sees what follows");
                }
            }
        }
    }

    /** Every number depends on the whole prefix: on its first token too. */
    @Test
    default void earlierTokensMatter() {
        try (Scorer scorer = openScorer()) {
            ModelInfo info = scorer.info();
            int[] tokens = Probe.tokens(info, new Random(5), 6);
            int[] changed = tokens.clone();
            changed[0] = (changed[0] + 1) % info.vocabularySize();
            for (Output output : info.outputs()) {
                float[] before = Probe.channel(Probe.score(scorer, Set.of(output), Probe.row(tokens, 1f)), output)[0];
                float[] after = Probe.channel(Probe.score(scorer, Set.of(output), Probe.row(changed, 1f)), output)[0];
                for (int i = 0; i < before.length; i++) {
                    assertTrue(before[i] != after[i], output + " " + i + " does not depend on the first token");
                }
            }
        }
    }

    /** The last value is that of the state after the row's last token, scored or not. */
    @Test
    default void theLastValueIsAfterTheLastToken() {
        try (Scorer scorer = openScorer()) {
            ModelInfo info = scorer.info();
            Set<Output> wanted = Probe.values(info);
            int[] tokens = Probe.tokens(info, new Random(6), 7);
            float[] all = Probe.score(scorer, wanted, Probe.row(tokens, 1f)).values()[0];
            Row partly = new Row(tokens, new int[] {2, 4}, 1f);
            float[] some = Probe.score(scorer, wanted, partly).values()[0];
            Probe.assertClose(
                    new float[] {all[1], all[3], all[6]}, some, tolerance().company(), "values");
            int[] shorter = Arrays.copyOf(tokens, 5);
            float[] cut = Probe.score(scorer, wanted, Probe.row(shorter, 1f)).values()[0];
            assertEquals(all[4], cut[4], tolerance().company(), "value after the last token of a shorter row");
            assertTrue(all[6] != all[5], "the value after the last token is that before it");
        }
    }

    /** Which positions are scored chooses what is reported and changes no number. */
    @Test
    default void scoredPositionsOnlyChoose() {
        try (Scorer scorer = openScorer()) {
            int[] tokens = Probe.tokens(scorer.info(), new Random(7), 8);
            Set<Output> wanted = Set.of(Output.LOG_PROB, Output.ENTROPY);
            TokenScores all = Probe.score(scorer, wanted, Probe.row(tokens, 0.9f));
            TokenScores some = Probe.score(scorer, wanted, new Row(tokens, new int[] {1, 4, 7}, 0.9f));
            for (Output output : wanted) {
                float[] every = Probe.channel(all, output)[0];
                Probe.assertClose(
                        new float[] {every[0], every[3], every[6]},
                        Probe.channel(some, output)[0],
                        tolerance().company(),
                        "" + output);
            }
        }
    }

    /** Neither the other rows of a batch, nor their lengths, nor the order of rows changes a row's scores. */
    @Test
    default void companyChangesNothing() {
        try (Scorer scorer = openScorer()) {
            TokenBatch batch = Probe.ragged(scorer.info(), 8);
            Set<Output> wanted = scorer.info().outputs();
            TokenScores together = scorer.score(batch, wanted);
            int[] reversed = new int[batch.size()];
            for (int i = 0; i < reversed.length; i++) {
                reversed[i] = reversed.length - 1 - i;
                TokenScores alone = scorer.score(batch.select(i), wanted);
                assertRow(together, i, alone, 0, "row " + i + " alone");
            }
            TokenScores backwards = scorer.score(batch.select(reversed), wanted);
            TokenScores part = scorer.score(batch.select(6, 1, 3), wanted);
            for (int i = 0; i < reversed.length; i++) {
                assertRow(together, i, backwards, reversed[i], "row " + i + " in a reversed batch");
            }
            assertRow(together, 3, part, 2, "row 3 in another batch");
            assertEquals(3, part.batch().origin(2));
        }
    }

    private void assertRow(TokenScores expected, int i, TokenScores actual, int j, String what) {
        for (Output output : expected.channels().keySet()) {
            Probe.assertClose(
                    Probe.channel(expected, output)[i],
                    Probe.channel(actual, output)[j],
                    tolerance().company(),
                    what + ", " + output);
        }
    }

    /** Rows that begin alike may share computation, not results. */
    @Test
    default void rowsWithACommonPrefixKeepApart() {
        try (Scorer scorer = openScorer()) {
            ModelInfo info = scorer.info();
            int[] tokens = Probe.tokens(info, new Random(9), 6);
            int[] other = tokens.clone();
            other[4] = (other[4] + 1) % info.vocabularySize();
            Row[] rows = {Probe.row(tokens, 4, 1f), Probe.row(other, 4, 1f), Probe.row(tokens, 4, 0.5f)};
            TokenScores together = Probe.score(scorer, info.outputs(), rows);
            for (int i = 0; i < rows.length; i++) {
                assertRow(Probe.score(scorer, info.outputs(), rows[i]), 0, together, i, "row " + i);
            }
        }
    }

    /** A row may score nothing, have one token, and a batch no row. */
    @Test
    default void emptyThingsAreFine() {
        try (Scorer scorer = openScorer()) {
            Set<Output> wanted = scorer.info().outputs();
            TokenScores nothing = Probe.score(scorer, wanted, new Row(new int[] {1}, new int[0], 1f));
            for (Output output : wanted) {
                assertEquals(output.length(0), Probe.channel(nothing, output)[0].length);
            }
            TokenScores none = scorer.score(TokenBatch.of(List.of()), wanted);
            for (Output output : wanted) {
                assertEquals(0, Probe.channel(none, output).length);
            }
        }
    }

    /** Scoring has no history. */
    @Test
    default void scoringTwiceIsTheSame() {
        try (Scorer scorer = openScorer()) {
            TokenBatch batch = Probe.ragged(scorer.info(), 10);
            TokenScores first = scorer.score(batch, scorer.info().outputs());
            scorer.score(Probe.ragged(scorer.info(), 11), scorer.info().outputs());
            Probe.assertSame(first, scorer.score(batch, scorer.info().outputs()), "the second time");
        }
    }

    /** A whole context is scored; one token more is refused. */
    @Test
    default void theContextIsTheLimit() {
        try (Scorer scorer = openScorer()) {
            ModelInfo info = scorer.info();
            Assumptions.assumeTrue(info.contextLength() <= 4096, "the context is too long to try");
            int[] tokens = Probe.tokens(info, new Random(12), info.contextLength() + 1);
            int[] full = Arrays.copyOf(tokens, info.contextLength());
            Row last = new Row(full, new int[] {full.length - 1}, 1f);
            assertTrue(Float.isFinite(
                    Probe.score(scorer, Set.of(Output.LOG_PROB), last).logProbs()[0][0]));
            Row fine = new Row(new int[] {0, 0}, new int[] {1}, 1f);
            Row tooLong = new Row(tokens, new int[0], 1f);
            Throwable thrown = assertThrows(
                    IllegalArgumentException.class, () -> Probe.score(scorer, Set.of(Output.LOG_PROB), fine, tooLong));
            Probe.assertNames(thrown, 1, tokens.length, info.contextLength());
        }
    }

    /** What cannot be answered is refused with row, token and value. */
    @Test
    default void badInputIsNamed() {
        try (Scorer scorer = openScorer()) {
            ModelInfo info = scorer.info();
            Row fine = new Row(new int[] {0, 0}, new int[] {1}, 1f);
            Row outside = new Row(new int[] {0, 0, info.vocabularySize()}, new int[] {1}, 1f);
            Throwable thrown = assertThrows(
                    IllegalArgumentException.class, () -> Probe.score(scorer, Set.of(Output.LOG_PROB), fine, outside));
            Probe.assertNames(thrown, 1, 2, info.vocabularySize());
            assertThrows(IllegalArgumentException.class, () -> Probe.score(scorer, Set.of(), fine));
            Set<Output> unknown = EnumSet.allOf(Output.class);
            unknown.removeAll(info.outputs());
            for (Output output : unknown) {
                Throwable refused =
                        assertThrows(IllegalArgumentException.class, () -> Probe.score(scorer, Set.of(output), fine));
                Probe.assertNames(refused, output);
            }
            assertFalse(Float.isNaN(
                    Probe.score(scorer, Set.of(Output.LOG_PROB), fine).logProbs()[0][0]));
        }
    }

    /** Closing twice is fine, using a closed model is not. */
    @Test
    default void closingIsFinal() {
        Scorer scorer = openScorer();
        scorer.close();
        scorer.close();
        Row row = new Row(new int[] {0, 0}, new int[] {1}, 1f);
        assertThrows(IllegalStateException.class, () -> Probe.score(scorer, Set.of(Output.LOG_PROB), row));
    }

    /**
     * Two threads that score at once: one is refused with both names, the other gets its scores.
     *
     * @throws Exception what a thread threw
     */
    @Test
    default void aSecondCallIsRefused() throws Exception {
        try (Scorer scorer = openScorer()) {
            TokenBatch batch = Probe.ragged(scorer.info(), 13);
            TokenScores expected = scorer.score(batch, Set.of(Output.LOG_PROB));
            Collision.provoke(() -> {
                TokenScores scores = scorer.score(batch, Set.of(Output.LOG_PROB));
                Probe.assertSame(expected, scores, "scores of the call that was admitted");
            });
        }
    }
}
