package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.grading.Grade;
import dev.reft.grading.GradingLimits;
import dev.reft.grading.GroupGrader;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pairs of rollouts and of judged answers. */
class PreferencePairsTest {
    private static final Prompt PROMPT = Prompt.text("q", "cd>", "");

    private static Completion completion(int sample, String text, Finish finish) {
        return new Completion(
                "q",
                sample,
                List.of(
                        new Segment.Sampled(new int[] {2, 3}, new float[0], new float[0]),
                        new Segment.Given(new int[] {4}),
                        new Segment.Sampled(new int[] {sample + 2, 0}, new float[0], new float[0])),
                text,
                finish);
    }

    private static GradedRollouts graded(Grade... grades) {
        List<Completion> completions = new ArrayList<>();
        for (int s = 0; s < grades.length; s++) {
            completions.add(completion(s, "text " + s, Finish.END));
        }
        Rollouts rollouts = new Rollouts(0, List.of(new Rollouts.Group(PROMPT, new int[] {4, 5, 8}, 1, completions)));
        return new GradedRollouts(rollouts, List.of(List.of(grades)));
    }

    private static String names(PairSet set) {
        StringBuilder names = new StringBuilder();
        for (PreferencePair pair : set.pairs()) {
            names.append(pair.chosen().text().charAt(5))
                    .append('>')
                    .append(pair.rejected().text().charAt(5))
                    .append(' ');
        }
        return names.toString().strip();
    }

    @Test
    void theBestIsPairedWithTheWorst() {
        PairRule rule = new PairRule.BestAgainstWorst();
        PairSet set = PreferencePairs.fromRollouts(
                graded(Grade.of(0.5), Grade.of(2), Grade.none("no"), Grade.of(0), Grade.of(2), Grade.of(0)), rule);
        assertEquals("1>3", names(set));
        assertEquals(2, set.pairs().get(0).margin());
        assertEquals(2.0, set.pairs().get(0).attributes().get("chosen_score"));
        assertEquals(0.0, set.pairs().get(0).attributes().get("rejected_score"));
        assertEquals(Map.of("unscored", 1), set.dropped());
        PairSet ties = PreferencePairs.fromRollouts(graded(Grade.of(1), Grade.of(1)), rule);
        assertEquals(List.of(), ties.pairs());
        assertEquals(Map.of("ties", 1), ties.dropped());
        assertEquals(
                List.of(),
                PreferencePairs.fromRollouts(graded(Grade.of(1)), rule).pairs());
    }

    @Test
    void allPairsFarEnoughApart() {
        GradedRollouts graded = graded(Grade.of(0), Grade.of(1), Grade.of(0.4), Grade.of(1));
        assertEquals("1>0 3>0 1>2 3>2", names(PreferencePairs.fromRollouts(graded, new PairRule.AllPairs(0.5))));
        PairSet all = PreferencePairs.fromRollouts(graded, new PairRule.AllPairs(0));
        assertEquals(5, all.pairs().size());
        assertEquals(Map.of("ties", 1), all.dropped());
        assertThrows(IllegalArgumentException.class, () -> new PairRule.AllPairs(-1));
    }

    @Test
    void sampledTokensAreTheTruthAndGivenOnesAreNotScored() {
        PairSet set = PreferencePairs.fromRollouts(graded(Grade.of(0), Grade.of(1)), new PairRule.BestAgainstWorst());
        try (Policy policy = Preferring.policy()) {
            ResponseRows.Pairs rows =
                    new ResponseRows(policy.tokenizer(), policy.info(), SftConfig.reft(), true).pairs(set.pairs());
            Row chosen = rows.batch().row(0);
            assertArrayEquals(new int[] {4, 5, 8, 2, 3, 4, 3, 0}, chosen.tokens());
            assertArrayEquals(new int[] {3, 4, 6, 7}, chosen.scored());
            assertArrayEquals(
                    new int[] {4, 5, 8, 2, 3, 4, 2, 0}, rows.batch().row(1).tokens());
            assertEquals(rows.batch().group(0), rows.batch().group(1));
            Row value = new ResponseRows(policy.tokenizer(), policy.info(), SftConfig.reft(), false)
                    .pairs(set.pairs())
                    .batch()
                    .row(0);
            assertArrayEquals(chosen.tokens(), value.tokens());
            assertEquals(0, value.scored().length);
        }
    }

    private static Candidates candidates(String... texts) {
        List<Completion> completions = new ArrayList<>();
        List<String> sources = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            completions.add(completion(i, texts[i], i == 1 ? Finish.LENGTH : Finish.END));
            sources.add("model " + i);
        }
        return new Candidates(PROMPT, completions, sources);
    }

    @Test
    void severalModelsAnswersAreRankedByAJudge() {
        GroupGrader judge = PreferencePairs.each((prompt, c) ->
                c.text().equals("bad") ? Grade.none("bad") : Grade.of(c.text().length()));
        PairSet set = PreferencePairs.judged(
                List.of(candidates("aaa", "a", "bad", "aa")),
                judge,
                new PairRule.BestAgainstWorst(),
                GradingLimits.DEFAULT);
        PreferencePair pair = set.pairs().get(0);
        assertEquals(new Response.Text("aaa", true), pair.chosen());
        assertEquals(new Response.Text("a", false), pair.rejected(), "a cut-off answer does not end");
        assertEquals("model 0", pair.attributes().get("chosen_source"));
        assertEquals("model 1", pair.attributes().get("rejected_source"));
        assertEquals(Map.of("unscored", 1), set.dropped());
        try (Policy policy = Preferring.policy()) {
            ResponseRows.Pairs rows =
                    new ResponseRows(policy.tokenizer(), policy.info(), SftConfig.reft(), true).pairs(set.pairs());
            assertEquals(3 + 3 + 1, rows.batch().row(0).tokens().length);
            assertEquals(3 + 1, rows.batch().row(1).tokens().length);
        }
    }

    @Test
    void anAnswerThatWasCutOffIsNeverTheChosenOne() {
        GroupGrader byLength =
                PreferencePairs.each((prompt, c) -> Grade.of(c.text().length()));
        // The second answer was cut off.
        for (PairRule rule : List.of(new PairRule.BestAgainstWorst(), new PairRule.AllPairs(0))) {
            PairSet set = PreferencePairs.judged(
                    List.of(candidates("aa", "aaaaa", "a")), byLength, rule, GradingLimits.DEFAULT);
            assertEquals(1, set.pairs().size(), rule.toString());
            assertEquals("aa", set.pairs().get(0).chosen().text());
            assertEquals("a", set.pairs().get(0).rejected().text());
            PairSet none =
                    PreferencePairs.judged(List.of(candidates("aa", "aaaaa")), byLength, rule, GradingLimits.DEFAULT);
            assertEquals(List.of(), none.pairs());
            assertEquals(Map.of("unfinished", 1), none.dropped(), rule.toString());
        }
        Completion cut = completion(0, "text 0", Finish.LENGTH);
        Rollouts rollouts = new Rollouts(
                0,
                List.of(new Rollouts.Group(
                        PROMPT, new int[] {4, 5, 8}, 1, List.of(cut, completion(1, "text 1", Finish.END)))));
        PairSet own = PreferencePairs.fromRollouts(
                new GradedRollouts(rollouts, List.of(List.of(Grade.of(1), Grade.of(0)))),
                new PairRule.BestAgainstWorst());
        assertEquals(Map.of("unfinished", 1), own.dropped());
    }

    @Test
    void answersThatReadTheSameAreNoPair() {
        int[] calls = {0};
        PairSet set = PreferencePairs.judged(
                List.of(candidates("aa", "aa")),
                (prompt, group) -> List.of(Grade.of(calls[0]++), Grade.of(calls[0]++)),
                new PairRule.BestAgainstWorst(),
                GradingLimits.DEFAULT);
        assertEquals(Map.of("equal", 1), set.dropped());
    }

    @Test
    void aJudgeOfPairsIsAskedInBothOrders() throws Exception {
        GroupGrader byLength = (prompt, pair) -> List.of(
                Grade.of(pair.get(0).text().length()),
                Grade.of(pair.get(1).text().length()));
        List<Grade> fair = new PairwiseJudge(byLength)
                .grade(PROMPT, candidates("aaa", "a", "aa", "aa").completions());
        assertEquals(List.of(1.0, 0.0, 0.5, 0.5), values(fair));
        // It likes whatever stands first.
        GroupGrader biased = (prompt, pair) -> List.of(Grade.of(1), Grade.of(0));
        List<Grade> undone =
                new PairwiseJudge(biased).grade(PROMPT, candidates("aaa", "a").completions());
        assertEquals(List.of(0.5, 0.5), values(undone));
        assertEquals(1.0, ((Grade.Score) undone.get(0)).parts().get("swapped"));
        PairSet none = PreferencePairs.judged(
                List.of(candidates("aaa", "a")),
                new PairwiseJudge(biased),
                new PairRule.BestAgainstWorst(),
                GradingLimits.DEFAULT);
        assertEquals(Map.of("ties", 1), none.dropped());
        GroupGrader silent = (prompt, pair) -> List.of(Grade.none("?"), Grade.of(0));
        assertInstanceOf(
                Grade.None.class,
                new PairwiseJudge(silent)
                        .grade(PROMPT, candidates("aaa", "a").completions())
                        .get(0));
    }

    private static List<Double> values(List<Grade> grades) {
        return grades.stream().map(g -> ((Grade.Score) g).value()).toList();
    }

    @Test
    void aJudgeThatFailsLeavesItsPromptOut() {
        PairSet set = PreferencePairs.judged(
                List.of(candidates("aaa", "a")),
                (prompt, group) -> {
                    throw new IllegalStateException("down");
                },
                new PairRule.BestAgainstWorst(),
                GradingLimits.DEFAULT);
        assertEquals(Map.of("unscored", 2), set.dropped());
        assertTrue(set.pairs().isEmpty());
    }
}
