package dev.reft.ppo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.apache.commons.math3.stat.inference.AlternativeHypothesis;
import org.apache.commons.math3.stat.inference.BinomialTest;
import org.apache.commons.math3.stat.interval.WilsonScoreInterval;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Accuracy, votes, intervals, paired tests and audits. */
class EvaluatorTest {
    @TempDir
    Path folder;

    private static EvaluationReport.Answer answer(String extracted, boolean right) {
        Completion completion = new Completion("p", 0, List.of(), extracted, Finish.END);
        return new EvaluationReport.Answer(
                completion, new Grade.Score(right ? 1 : 0, Map.of(), List.of(), extracted, ""), right);
    }

    private static EvaluationReport.Answer failed() {
        Completion completion = new Completion("p", 0, List.of(), "", Finish.END);
        return new EvaluationReport.Answer(completion, new Grade.Failed(new IllegalStateException("down"), 1), false);
    }

    private static EvaluationReport.Item item(String id, EvaluationReport.Answer... answers) {
        return new EvaluationReport.Item(Prompt.text(id, "", ""), List.of(answers));
    }

    @Test
    void greedyAccuracyCountsWhatAModelSolves() {
        try (Policy policy = Addition.warmedUp(60)) {
            EvaluationReport report =
                    new Evaluator(policy, Addition.GRADER, EvaluationConfig.greedy(4)).evaluate(Addition.prompts());
            assertEquals(SftLearningTest.right(policy), report.right());
            assertEquals(9, report.graded());
            assertEquals(report.right() / 9.0, report.accuracy(), 1e-15);
            EvaluationReport alone = new Evaluator(
                            policy, Addition.GRADER, EvaluationConfig.greedy(4).withConcurrentSamples(1))
                    .evaluate(Addition.prompts());
            for (int i = 0; i < 9; i++) {
                assertEquals(
                        texts(report.items().get(i)),
                        texts(alone.items().get(i)),
                        "how many are generated at a time does not matter");
            }
        }
    }

    @Test
    void anInterruptedEvaluationDoesNotSpeakOfSteps() {
        try (Policy policy = Addition.warmedUp(1)) {
            Evaluator evaluator = new Evaluator(policy, Addition.GRADER, EvaluationConfig.greedy(4));
            Thread.currentThread().interrupt();
            CancellationException cancelled =
                    assertThrows(CancellationException.class, () -> evaluator.evaluate(Addition.prompts()));
            assertEquals("the evaluation was interrupted; it has changed nothing", cancelled.getMessage());
        }
    }

    @Test
    void votesAreCastByReadAnswersAndTiesGoToTheFirst() {
        assertTrue(item("a", answer("4", true), answer("5", false), answer("4", true))
                .right());
        assertFalse(item("b", answer("5", false), answer("4", true)).right());
        assertTrue(item("c", answer("", false), answer("", false), answer("4", true))
                .right());
        assertFalse(item("d", answer("", false), answer("", false)).right());
        assertTrue(item("e", failed(), answer("4", true)).right());
        EvaluationReport report = new EvaluationReport(
                List.of(item("a", answer("4", true), answer("5", false)), item("f", failed(), failed())));
        assertEquals(1, report.graded());
        assertEquals(1, report.ungraded());
        assertEquals(1.0, report.accuracy());
        assertEquals(new EvaluationReport.PassAt(1, 0.5, 1, 1), report.passAt(1));
        assertEquals(new EvaluationReport.PassAt(2, 1.0, 1, 1), report.passAt(2));
    }

    @Test
    void oneFailedGradingDoesNotCostAllOfPassAtK() {
        EvaluationReport report = new EvaluationReport(List.of(
                item("a", answer("4", true), answer("5", false), answer("5", false)),
                item("b", answer("4", true), failed(), answer("4", true)),
                item("c", failed(), failed(), failed())));
        assertEquals(new EvaluationReport.PassAt(3, 1, 1, 2), report.passAt(3));
        EvaluationReport.PassAt two = report.passAt(2);
        assertEquals((2.0 / 3 + 1) / 2, two.value(), 1e-15);
        assertEquals(2, two.problems());
        assertEquals(1, two.leftOut());
        IllegalArgumentException none = assertThrows(IllegalArgumentException.class, () -> report.passAt(4));
        assertTrue(none.getMessage().contains("k 4: none of 3 problems"), none.getMessage());
        assertTrue(none.getMessage().contains("the most are 3"), none.getMessage());
        assertThrows(IllegalArgumentException.class, () -> report.passAt(0));
    }

    @Test
    void aGraderThatDoesNotSayWhatItReadCannotBeVotedOn() {
        EvaluationReport report = new EvaluationReport(
                List.of(item("a", answer("4", true), answer("4", true)), item("b", answer("", true))));
        assertEquals(2, report.right());
        EvaluationReport mute = new EvaluationReport(List.of(item("c", answer("", false), answer("", true))));
        IllegalStateException refused = assertThrows(IllegalStateException.class, mute::right);
        assertTrue(refused.getMessage().contains("'c'"), refused.getMessage());
        assertTrue(refused.getMessage().contains("extracted"), refused.getMessage());
        assertEquals(0.5, mute.passAt(1).value());
    }

    @Test
    void votingSamplesByPlace() {
        try (Policy policy = Addition.warmedUp(20)) {
            EvaluationConfig config = EvaluationConfig.voting(5, 1f, 4, 3);
            EvaluationReport report = new Evaluator(policy, Addition.GRADER, config).evaluate(Addition.prompts());
            List<Prompt> reversed = new ArrayList<>(Addition.prompts());
            Collections.reverse(reversed);
            List<EvaluationReport.Item> again = new ArrayList<>(new Evaluator(policy, Addition.GRADER, config)
                    .evaluate(reversed)
                    .items());
            Collections.reverse(again);
            for (int i = 0; i < again.size(); i++) {
                assertEquals(texts(report.items().get(i)), texts(again.get(i)));
            }
            assertEquals(5, report.items().get(0).answers().size());
        }
    }

    private static List<String> texts(EvaluationReport.Item item) {
        return item.answers().stream().map(a -> a.completion().text()).toList();
    }

    @Test
    void intervalsAndPairedTestsAgreeWithCommonsMath() {
        for (int right : new int[] {0, 3, 17, 40}) {
            List<EvaluationReport.Item> items = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                items.add(item("" + i, answer("x", i < right)));
            }
            EvaluationReport report = new EvaluationReport(items);
            var wanted = new WilsonScoreInterval().createInterval(40, right, 0.95);
            assertEquals(Math.max(0, wanted.getLowerBound()), report.interval().low(), 1e-9);
            assertEquals(Math.min(1, wanted.getUpperBound()), report.interval().high(), 1e-9);
            List<EvaluationReport.Item> others = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                others.add(item("" + i, answer("x", i % 3 == 0)));
            }
            Collections.reverse(others);
            EvaluationReport.Comparison comparison = report.compare(new EvaluationReport(others));
            int discordant = comparison.thisOnly() + comparison.otherOnly();
            double p = new BinomialTest()
                    .binomialTest(discordant, comparison.thisOnly(), 0.5, AlternativeHypothesis.TWO_SIDED);
            assertEquals(p, comparison.p(), 1e-9);
            assertEquals(40, comparison.compared());
        }
        EvaluationReport one = new EvaluationReport(List.of(item("a", answer("4", true))));
        EvaluationReport other = new EvaluationReport(List.of(item("b", answer("4", true))));
        assertThrows(IllegalArgumentException.class, () -> one.compare(other));
    }

    @Test
    void auditsAndReportsAreLinesOfJson() throws Exception {
        Path file = folder.resolve("new").resolve("audit.jsonl");
        try (Policy policy = Addition.warmedUp(20);
                MetricsWriter writer = new MetricsWriter(file)) {
            new Evaluator(policy, Addition.GRADER, EvaluationConfig.voting(2, 1f, 4, 3))
                    .evaluate(Addition.prompts())
                    .writeAudit(writer);
        }
        List<String> lines = Files.readAllLines(file);
        assertEquals(18, lines.size());
        JsonNode first = JsonMapper.builder().build().readTree(lines.get(0));
        assertEquals("0+0", first.get("prompt").asString());
        assertTrue(first.has("score") && first.has("text") && first.has("extracted"));
        Files.writeString(file, "{\"step\": 1}\n{\"step\": 2, \"los");
        try (MetricsWriter writer = new MetricsWriter(file)) {
            writer.write(new StepReport(3, Map.of("loss", 0.25, "bad", Double.NaN)));
            assertEquals(3, Files.readAllLines(file).size(), "flushed at once");
        }
        JsonNode last =
                JsonMapper.builder().build().readTree(Files.readAllLines(file).get(2));
        assertEquals(3, last.get("step").asInt());
        assertEquals(0.25, last.get("loss").asDouble());
        assertEquals("NaN", last.get("bad").asString());
    }

    @Test
    void aPromptThatLeavesNoRoomIsRefusedByName() {
        try (Policy policy = Addition.warmedUp(0)) {
            Evaluator evaluator = new Evaluator(policy, Addition.GRADER, EvaluationConfig.greedy(5));
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> evaluator.evaluate(Addition.prompts()));
            assertTrue(refused.getMessage().contains("'0+0' has 4 tokens"), refused.getMessage());
        }
    }
}
