package dev.reft.ppo.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.model.Training;
import dev.reft.ppo.EvaluationConfig;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.Evaluator;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.testkit.tiny.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Voting, reranking and their audit. */
class SelectionTest {
    @TempDir
    Path folder;

    static EvaluationReport.Answer answer(int sample, String read, boolean right) {
        return new EvaluationReport.Answer(
                new Completion("p", sample, List.of(), "= " + read, Finish.END),
                new Grade.Score(right ? 1 : 0, Map.of(), List.of(), read, ""),
                right);
    }

    private static EvaluationReport report(String id, EvaluationReport.Answer... answers) {
        return new EvaluationReport(List.of(new EvaluationReport.Item(Prompt.text(id, "2+2", "4"), List.of(answers))));
    }

    private static Ranker fixed(double... scores) {
        return Ranker.scoring((prompt, completion) -> scores[completion.sample()]);
    }

    private static SelectionReport.Choice only(EvaluationReport report, Selection selection, int k) {
        return SelectionReport.of(report, selection, k).choices().get(0);
    }

    @Test
    void eachSelectionChoosesByItsOwnRule() {
        EvaluationReport report =
                report("p", answer(0, "5", false), answer(1, "4", true), answer(2, "4.0", true), answer(3, "5", false));
        assertEquals(0, only(report, Selection.first(), 4).chosen());
        assertEquals(0, only(report, Selection.majority(), 4).chosen());
        SelectionReport.Choice merged = only(report, new Selection.Majority(read -> read.replace(".0", "")), 3);
        assertEquals(1, merged.chosen());
        assertTrue(merged.right());
        assertEquals(Map.of("5", 1.0, "4", 2.0), merged.votes());
        SelectionReport.Choice weighted = only(report, Selection.weighted(fixed(0.1, 0.9, 0.2, 0.3)), 4);
        assertEquals(1, weighted.chosen());
        assertTrue(weighted.right());
        SelectionReport.Choice best = only(report, Selection.best(fixed(-3, -2, -1, -1)), 4);
        assertEquals(2, best.chosen());
        assertEquals(1, only(report, Selection.best(fixed(-3, -2, -1, -1)), 2).chosen(), "k cuts the list");
    }

    private static EvaluationReport.Answer text(int sample, String text, String read) {
        return new EvaluationReport.Answer(
                new Completion("p", sample, List.of(), text, Finish.END),
                new Grade.Score(0, Map.of(), List.of(), read, ""),
                false);
    }

    @Test
    void diversityCountsWhatDiffers() {
        EvaluationReport.Item item = report(
                        "p", text(0, "a b c", "1"), text(1, " a  b\tc ", "1"), text(2, "a b d", "2"), text(3, "", ""))
                .items()
                .get(0);
        // Pairs: a b, b c, b d; words: 3 + 3 + 3 + 0.
        assertEquals(new Diversity(2, 3, 3 / 9.0), Diversity.of(item));
        EvaluationReport.Item silent = report("p", text(0, " ", "")).items().get(0);
        assertEquals(new Diversity(0, 1, 0), Diversity.of(silent));
        assertEquals(new Diversity(1, 2, 3 / 18.0), Diversity.mean(List.of(Diversity.of(item), Diversity.of(silent))));
        assertTrue(Double.isNaN(Diversity.mean(List.of()).distinct2()));
    }

    @Test
    void oneVoteOfAllIsTheReportsOwnMajority() {
        EvaluationReport report =
                report("p", answer(0, "", false), answer(1, "4", true), answer(2, "5", false), answer(3, "4", true));
        assertEquals(
                report.outcomes(),
                SelectionReport.of(report, Selection.majority(), 4).outcomes());
        SelectionReport.Choice nobody = only(report, Selection.majority(), 1);
        assertEquals(-1, nobody.chosen());
        assertFalse(nobody.right());
        assertTrue(nobody.graded());
    }

    @Test
    void whatCannotBeJudgedIsRefusedOrLeftOut() {
        EvaluationReport.Answer failed = new EvaluationReport.Answer(
                new Completion("p", 0, List.of(), "", Finish.END),
                new Grade.Failed(new IllegalStateException("down"), 1),
                false);
        EvaluationReport report = report("p", failed, answer(1, "4", true));
        assertEquals(
                Set.of("p"),
                SelectionReport.of(report, Selection.first(), 2).outcomes().ungraded());
        assertEquals(
                1,
                SelectionReport.of(report, Selection.majority(), 2).outcomes().solved());
        assertThrows(IllegalArgumentException.class, () -> only(report, Selection.first(), 3));
        assertThrows(IllegalArgumentException.class, () -> only(report, Selection.first(), 0));
        assertThrows(IllegalArgumentException.class, () -> only(report, Selection.weighted(fixed(1, -1)), 2));
        assertThrows(IllegalArgumentException.class, () -> only(report, Selection.best(fixed(1, Double.NaN)), 2));
        EvaluationReport mute = report("p", answer(0, "", true), answer(1, "4", true));
        assertThrows(IllegalStateException.class, () -> only(mute, Selection.majority(), 2));
        assertEquals(0, only(mute, Selection.best(fixed(1, 0)), 2).chosen(), "reranking needs nothing read");
        List<EvaluationReport.Item> twice = new ArrayList<>(mute.items());
        twice.addAll(report.items());
        assertThrows(
                IllegalArgumentException.class,
                () -> SelectionReport.of(new EvaluationReport(twice), Selection.first(), 1));
    }

    @Test
    void aGraderRanksAndWhatItCannotScoreComesLast() {
        Ranker ranker = Ranker.grader(
                (prompt, completion) -> completion.sample() == 0 ? Grade.none("no opinion") : Grade.of(-10));
        EvaluationReport report = report("p", answer(0, "5", false), answer(1, "4", true));
        assertEquals(1, only(report, Selection.best(ranker), 2).chosen());
        Ranker broken = Ranker.grader((prompt, completion) -> {
            throw new java.io.IOException("away");
        });
        IllegalStateException failure =
                assertThrows(IllegalStateException.class, () -> only(report, Selection.best(broken), 2));
        assertTrue(String.valueOf(failure.getMessage()).contains("sample 0 of prompt 'p'"), failure.getMessage());
    }

    @Test
    void aRewardModelScoresTheRowAfterItsLastToken() {
        TinyModel model = TinyModel.of("0123456789+=. ").withSizes(16, 2, 32, 1).withContext(8);
        try (Policy rewards = model.policy(Training.full(1))) {
            Ranker ranker = Ranker.rewardModel(rewards);
            List<Completion> completions = List.of(
                    answer(0, "4", true).completion(),
                    answer(1, "555555555", false).completion());
            double[] both = ranker.scores(Prompt.text("p", "2+2", "4"), completions);
            double[] alone = ranker.scores(Prompt.text("p", "2+2", "4"), completions.subList(1, 2));
            assertEquals(both[1], alone[0], 1e-6, "batching changes nothing");
            double[] mapped =
                    ranker.mapped(x -> 1 / (1 + Math.exp(-x))).scores(Prompt.text("p", "2+2", "4"), completions);
            assertEquals(1 / (1 + Math.exp(-both[0])), mapped[0], 1e-12);
        }
    }

    @Test
    void everyAnswerIsInTheAudit() {
        EvaluationReport report = report(
                "p", answer(0, "5", false), answer(1, "4", true), answer(2, "\uD800 4", true), answer(3, "4", true));
        Path file = folder.resolve("deep").resolve("audit.jsonl");
        SelectionReport.of(report, Selection.weighted(fixed(0.1, 0.2, 0.3, 0.4)), 4)
                .writeAudit(file);
        List<JsonRow> rows = JsonLines.read(file);
        assertEquals(4, rows.size());
        assertEquals("= \uD800 4", rows.get(2).text("text"), "a lone surrogate comes back");
        assertEquals("4", rows.get(1).text("key"));
        assertEquals(0.6, rows.get(1).number("votes"), 1e-12);
        assertEquals(0.4, rows.get(3).number("rank"), 1e-12);
        assertEquals(
                List.of(false, true, false, false),
                rows.stream().map(r -> r.fields().get("chosen")).toList());
        assertEquals(Boolean.TRUE, rows.get(0).fields().get("solved"));
        assertEquals("4", rows.get(0).text("reference"));
    }

    @Test
    void oneSamplingServesEveryK() {
        TinyModel model = TinyModel.of("01234+=").withContext(8).withSizes(16, 2, 32, 1);
        try (Policy policy = model.policy(Training.full(1))) {
            EvaluationReport report = new Evaluator(
                            policy,
                            (prompt, completion) -> new Grade.Score(
                                    completion.text().startsWith("2") ? 1 : 0,
                                    Map.of(),
                                    List.of(),
                                    completion.text().isEmpty()
                                            ? ""
                                            : completion.text().substring(0, 1),
                                    ""),
                            EvaluationConfig.voting(8, 1f, 2, 1))
                    .evaluate(List.of(Prompt.text("a", "1+1=", "2"), Prompt.text("b", "0+2=", "2")));
            assertEquals(
                    report.right(),
                    SelectionReport.of(report, Selection.majority(), 8)
                            .outcomes()
                            .solved());
            double first =
                    SelectionReport.of(report, Selection.first(), 1).outcomes().accuracy();
            double voted = SelectionReport.of(report, Selection.majority(), 1)
                    .outcomes()
                    .accuracy();
            assertEquals(first, voted, "a vote of one is the first answer");
        }
    }
}
