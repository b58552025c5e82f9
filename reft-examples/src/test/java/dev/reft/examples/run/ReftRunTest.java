package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.data.ProblemFiles.Fields;
import dev.reft.examples.run.RunPlan.DataKind;
import dev.reft.examples.run.RunPlan.DataPlan;
import dev.reft.examples.run.RunPlan.EvaluationPlan;
import dev.reft.examples.run.RunPlan.ModelPlan;
import dev.reft.examples.run.RunPlan.PpoPlan;
import dev.reft.examples.run.RunPlan.WarmUpPlan;
import dev.reft.examples.view.ProgressLine;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Training;
import dev.reft.testkit.tiny.TinyModel;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on the exact policy in Java: no engine, seconds. */
class ReftRunTest {
    /** Every character of the prompt format and of sums. */
    private static final TinyModel MODEL = TinyModel.of("0123456789+=:\n QATadeghinorstuw,.")
            .withContext(90)
            .withSizes(8, 2, 16, 1)
            .withSeed(3);

    @TempDir
    Path folder;

    @BeforeEach
    void writeProblems() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int a = 1; a <= 2; a++) {
            for (int b = 1; b <= 2; b++) {
                lines.append(
                        "{\"id\": \"%d+%d\", \"question\": \"%d+%d\", \"answer_cot\": \"%d+%d=%d\", \"answer_value\": %d}%n"
                                .formatted(a, b, a, b, a, b, a + b, a + b));
            }
        }
        Files.writeString(folder.resolve("problems.jsonl"), lines);
    }

    @Test
    void runsAllStagesAndWritesAReport() throws Exception {
        Path report = run("a", plan(1), Integer.MAX_VALUE);
        String html = Files.readString(report);
        for (String part : List.of("Warm-up", "SFT continued", "ReFT", "after PPO (ReFT)", "1+2", "<svg")) {
            assertTrue(html.contains(part), part);
        }
        Path run = folder.resolve("a");
        for (String file :
                List.of("plan.json", "finished-warm-up.json", "finished-ppo.json", "finished-sft.json", "model-reft")) {
            assertTrue(Files.exists(run.resolve(file)), file);
        }
        assertEquals(
                4, Files.readAllLines(run.resolve("answers/ppo-test.jsonl")).size());
    }

    @Test
    void aFinishedRunOnlyWritesItsReportAgain() throws Exception {
        run("a", plan(1), Integer.MAX_VALUE);
        AtomicInteger openings = new AtomicInteger();
        Files.delete(folder.resolve("a/report.html"));
        ReftRun.go(plan(1), folder.resolve("a"), () -> open(openings), quiet(Integer.MAX_VALUE));
        assertEquals(0, openings.get());
        assertTrue(Files.exists(folder.resolve("a/report.html")));
    }

    @Test
    void aKilledRunGoesOnWithTheSameNumbers() throws Exception {
        run("whole", plan(1), Integer.MAX_VALUE);
        int kills = 0;
        for (int patience = 3; ; patience += 2) {
            try {
                run("killed", plan(1), patience);
                break;
            } catch (Killed e) {
                kills++;
            }
        }
        assertTrue(kills >= 5, kills + " kills");
        for (String stage : List.of("warm-up", "ppo")) {
            assertEquals(numbers("whole", stage), numbers("killed", stage));
            String answers = "answers/" + stage + "-test.jsonl";
            assertEquals(
                    Files.readString(folder.resolve("whole").resolve(answers)),
                    Files.readString(folder.resolve("killed").resolve(answers)));
        }
    }

    @Test
    void anotherPlanIsRefusedByField() throws Exception {
        run("a", plan(1), Integer.MAX_VALUE);
        String message = assertThrows(IllegalArgumentException.class, () -> run("a", plan(2), Integer.MAX_VALUE))
                .getMessage();
        assertTrue(message.contains("seed was 1 and is 2"), message);
        assertFalse(message.contains("maxTokens"), message);
    }

    @Test
    void oneProcessAtATime() throws Exception {
        try (RunFolder held = RunFolder.open(folder.resolve("a"), plan(1))) {
            assertTrue(held.answers("none").isEmpty());
            assertTrue(assertThrows(IllegalStateException.class, () -> run("a", plan(1), Integer.MAX_VALUE))
                    .getMessage()
                    .contains("another process"));
        }
    }

    @Test
    void longLogsAreJoinedWithoutLosingSteps() {
        StageLog log = StageLog.EMPTY;
        for (int i = 1; i <= 3000; i++) {
            log = log.with(new StageLog.Point(i, i / 10.0, 1, Map.of("loss", (double) i)), i % 7);
        }
        assertTrue(log.points().size() <= 400);
        assertEquals(3000, log.points().stream().mapToInt(StageLog.Point::steps).sum());
        double mean = log.points().stream()
                        .mapToDouble(p -> p.steps() * p.metrics().get("loss"))
                        .sum()
                / 3000;
        assertEquals(1500.5, mean, 1e-9);
        assertEquals(6, log.residentMegabytes(), "the largest");
        StageLog.Point first = log.points().get(0);
        assertEquals(1, first.steps(), "the first step stays alone");
        assertEquals(Map.of("loss", 1.0), first.metrics());
        assertEquals(log, RunFolder.log(RunFolder.text(log)));
    }

    /** The metrics of every step, without the times. */
    private List<String> numbers(String run, String stage) throws Exception {
        StageLog log = RunFolder.log(Files.readString(folder.resolve(run).resolve("finished-" + stage + ".json")));
        List<String> numbers = new ArrayList<>();
        log.points().forEach(p -> numbers.add(p.step() + " " + p.metrics()));
        log.checks().forEach(c -> numbers.add(c.step() + " " + c.right() + " " + c.shown()));
        assertFalse(numbers.isEmpty());
        return numbers;
    }

    private Path run(String name, RunPlan plan, int patience) throws Exception {
        return ReftRun.go(plan, folder.resolve(name), () -> open(new AtomicInteger()), quiet(patience));
    }

    private static Policy open(AtomicInteger openings) {
        openings.incrementAndGet();
        return MODEL.policy(Training.full(1));
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Shows nothing, and ends the run when it has been asked for the time so often: at any moment between two saves. */
    private static ProgressLine quiet(int patience) {
        AtomicInteger left = new AtomicInteger(patience);
        Thread main = Thread.currentThread();
        return new ProgressLine(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false, 80, () -> {
                    if (Thread.currentThread() == main && left.getAndDecrement() == 0) {
                        throw new Killed();
                    }
                    return System.nanoTime();
                });
    }

    private RunPlan plan(long seed) {
        String file = folder.resolve("problems.jsonl").toString();
        return new RunPlan(
                new ModelPlan("tiny", "cpu", Precision.FP32, 0, false, 0),
                new DataPlan(
                        DataKind.JSONL,
                        file,
                        file,
                        new Fields("id", "question", "answer_cot", "answer_value"),
                        2,
                        0,
                        0,
                        false,
                        false),
                new WarmUpPlan(12, 2, 1e-2, 1),
                new PpoPlan(4, 4, 2, 1, 1, 1, 1e-3, 1e-3, 0.95, 5, 0.05, 1, 0.1, 0),
                new EvaluationPlan(2, 4, 2, 4, true),
                34,
                1,
                seed);
    }
}
