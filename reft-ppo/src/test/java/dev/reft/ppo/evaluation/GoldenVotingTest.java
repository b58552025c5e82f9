package dev.reft.ppo.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Prompt;
import dev.reft.math.Accuracy;
import dev.reft.ppo.EvaluationReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The published cases of pass@k, votes and best-of-n, through reports as an evaluation makes them. */
class GoldenVotingTest {
    private static final Path TRAINING =
            Path.of(System.getProperty("reft.shared", "../../shared"), "golden", "training");

    @TestFactory
    Stream<DynamicTest> cases() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(TRAINING), "golden numbers are absent: " + TRAINING);
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.list(TRAINING)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                JsonNode root = JsonMapper.builder().build().readTree(file);
                if (root.path("topic").asString("").equals("evaluation")) {
                    for (JsonNode one : root.get("cases")) {
                        tests.add(DynamicTest.dynamicTest(one.get("id").asString(), () -> check(one)));
                    }
                }
            }
        }
        assertTrue(!tests.isEmpty(), "no case of evaluation in " + TRAINING);
        return tests.stream();
    }

    private static void check(JsonNode one) {
        JsonNode in = one.get("inputs");
        JsonNode out = one.get("expected");
        if (in.get("kind").asString().equals("pass_at_k")) {
            passAtK(in, out);
        } else {
            assertEquals("voting", in.get("kind").asString());
            voting(in, out);
        }
    }

    /** A case that the files allow and need not show. */
    @Test
    void nobodyVotes() {
        check(JsonMapper.builder().build().readTree("""
                {"inputs": {"kind": "voting", "answers": [null, null], "scores": [0.2, 0.7]},
                 "expected": {"majority": null, "counts": {}, "weighted": null, "weight_sums": {}, "best_of_n_index": 1}}"""));
    }

    private static void passAtK(JsonNode in, JsonNode out) {
        List<EvaluationReport.Answer> answers = new ArrayList<>();
        for (int i = 0; i < in.get("n").asInt(); i++) {
            boolean right = i < in.get("c").asInt();
            answers.add(SelectionTest.answer(i, right ? "4" : "5", right));
        }
        EvaluationReport report =
                new EvaluationReport(List.of(new EvaluationReport.Item(Prompt.text("p", "", ""), answers)));
        for (int i = 0; i < in.get("k").size(); i++) {
            int k = in.get("k").get(i).asInt();
            assertEquals(
                    out.get("pass_at_k").get(i).asDouble(), report.passAt(k).value(), 1e-10);
            assertEquals(
                    report.passAt(k).value(),
                    Accuracy.passAtK(in.get("n").asInt(), in.get("c").asInt(), k));
        }
    }

    private static void voting(JsonNode in, JsonNode out) {
        List<EvaluationReport.Answer> answers = new ArrayList<>();
        for (int i = 0; i < in.get("answers").size(); i++) {
            JsonNode read = in.get("answers").get(i);
            answers.add(SelectionTest.answer(i, read.isNull() ? "" : read.asString(), false));
        }
        EvaluationReport report =
                new EvaluationReport(List.of(new EvaluationReport.Item(Prompt.text("p", "", ""), answers)));
        Ranker ranker = Ranker.scoring((prompt, completion) ->
                in.get("scores").get(completion.sample()).asDouble());
        SelectionReport.Choice majority = choice(report, Selection.majority());
        chosen(out.get("majority"), majority);
        same(out.get("counts"), majority.votes());
        SelectionReport.Choice weighted = choice(report, Selection.weighted(ranker));
        chosen(out.get("weighted"), weighted);
        same(out.get("weight_sums"), weighted.votes());
        assertEquals(
                out.get("best_of_n_index").asInt(),
                choice(report, Selection.best(ranker)).chosen());
    }

    /** Null where nobody votes: then nothing is chosen. */
    private static void chosen(JsonNode winner, SelectionReport.Choice choice) {
        assertEquals(
                winner.isNull() ? "nobody votes" : winner.asString(),
                choice.chosen() < 0 ? "nobody votes" : choice.keys().get(choice.chosen()));
    }

    private static SelectionReport.Choice choice(EvaluationReport report, Selection selection) {
        int k = report.items().get(0).answers().size();
        return SelectionReport.of(report, selection, k).choices().get(0);
    }

    private static void same(JsonNode wanted, Map<String, Double> votes) {
        assertEquals(wanted.size(), votes.size());
        votes.forEach((answer, sum) -> assertEquals(wanted.get(answer).asDouble(), sum, 1e-10, answer));
    }
}
