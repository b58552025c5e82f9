package dev.reft.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.AnswerScores;
import dev.reft.graders.PublishedReft;
import dev.reft.graders.ReftData;
import dev.reft.graders.Tolerance;
import dev.reft.graders.programs.ProgramGrader;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The programs of SVAMP's training set give their recorded answers, by the published rule. */
class SvampProgramsTest {
    @Test
    @Tag("slow")
    void allOnTheWorker() throws Exception {
        List<JsonNode> rows = rows();
        assertTrue(rows.size() > 3000, rows.size() + " rows");
        check(Backends.worker(), rows, 2);
    }

    @Test
    @Tag("slow")
    void allEmbedded() throws Exception {
        check(Backends.embedded(), rows(), 2);
    }

    @Test
    void everyTenthOnTheWorker() throws Exception {
        check(Backends.worker(), every(10, rows()), 2);
    }

    @Test
    void everyHundredthEmbedded() throws Exception {
        check(Backends.embedded(), every(100, rows()), 2);
    }

    @Test
    void validatesTheDataSet() throws Exception {
        List<String> programs = every(300, rows()).stream()
                .map(row -> row.get("answer_cot").asString())
                .toList();
        assertEquals(
                List.of(),
                ProgramGrader.published(ReftData.SVAMP, Backends.embedded()).validate(programs));
    }

    private static void check(ProgramRunner runner, List<JsonNode> rows, int parallel) throws Exception {
        ProgramGrader grader = ProgramGrader.published(ReftData.SVAMP, runner);
        ProgramGrader near = new ProgramGrader(
                new PublishedReft(ReftData.SVAMP, new Tolerance(1e-3, 0)),
                AnswerScores.REFT,
                runner,
                grader.limits(),
                grader.imports(),
                grader.lacking());
        List<String> wrong = new ArrayList<>();
        int nearly = 0;
        long start = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(parallel);
        try {
            List<Callable<Grade>> tasks = new ArrayList<>();
            for (JsonNode row : rows) {
                tasks.add(() -> near.grade(prompt(row), completion(row)));
            }
            List<Future<Grade>> grades = threads.invokeAll(tasks);
            for (int i = 0; i < rows.size(); i++) {
                if (((Grade.Score) grades.get(i).get()).value() != 1) {
                    nearly++;
                    Grade.Score again = (Grade.Score) grader.grade(prompt(rows.get(i)), completion(rows.get(i)));
                    if (again.value() != 1) {
                        wrong.add(rows.get(i).get("item_id").asString() + " " + again);
                    }
                }
            }
        } finally {
            threads.shutdownNow();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "SVAMP P-CoT: %d of %d programs give their answer (%d within 1e-2 only) on %s, %.0f a second%n",
                rows.size() - wrong.size(), rows.size(), nearly, runner.report().backend(), rows.size() / seconds);
        assertEquals(List.of(), wrong);
        assertTrue(nearly <= 2, nearly + " answers are right within 1e-2 only");
    }

    private static Prompt prompt(JsonNode row) {
        return Prompt.text(
                row.get("item_id").asString(),
                "Question:\n" + row.get("question").asString() + PublishedReft.REASONING,
                row.get("answer_value").asString());
    }

    private static Completion completion(JsonNode row) {
        return new Completion("q", 0, List.of(), row.get("answer_cot").asString(), Finish.END);
    }

    private static List<JsonNode> every(int step, List<JsonNode> rows) {
        List<JsonNode> some = new ArrayList<>();
        for (int i = 0; i < rows.size(); i += step) {
            some.add(rows.get(i));
        }
        return some;
    }

    private static List<JsonNode> rows() {
        List<JsonNode> rows = new ArrayList<>();
        Golden.JSON
                .readTree(Golden.shared().resolve("data/svamp/train_pcot.json").toFile())
                .forEach(rows::add);
        return rows;
    }
}
