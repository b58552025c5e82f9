package dev.reft.examples.rft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.rft.JobPlan.OnCollapse;
import dev.reft.examples.run.RunPlan.ModelPlan;
import dev.reft.examples.view.ProgressLine;
import dev.reft.graders.openai.GraderServices;
import dev.reft.graders.openai.RftPlan;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.model.Precision;
import dev.reft.model.Training;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.testkit.tiny.TinyModel;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole jobs on the exact policy in Java: no engine, seconds. */
class JobRunTest {
    private static final TinyModel MODEL =
            TinyModel.of("01234+=>").withContext(12).withSizes(16, 2, 32, 1).withSeed(3);

    @TempDir
    Path folder;

    private JobFiles files;

    @BeforeEach
    void writeJob() throws Exception {
        files = write(9);
    }

    private JobFiles write(int rows) throws Exception {
        StringBuilder training = new StringBuilder();
        StringBuilder warmUp = new StringBuilder();
        for (int i = 0; i < rows; i++) {
            String question = (i % 3) + "+" + (i / 3 % 3);
            String answer = "" + (i % 3 + i / 3 % 3);
            training.append("{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"answer\":\"%s\"}%n"
                    .formatted(question, answer));
            warmUp.append(
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"},{\"role\":\"assistant\",\"content\":\"%s\"}]}%n"
                            .formatted(question, answer));
        }
        Files.writeString(folder.resolve("train.jsonl"), training);
        Files.writeString(folder.resolve("valid.jsonl"), training);
        Files.writeString(folder.resolve("warm-up.jsonl"), warmUp);
        Path job = Files.writeString(
                folder.resolve("job.json"),
                "{\"model\":\"o4-mini\",\"training_file\":\"train.jsonl\",\"validation_file\":\"valid.jsonl\",\"seed\":5,"
                        + "\"suffix\":\"sums\",\"method\":{\"type\":\"reinforcement\",\"reinforcement\":{\"grader\":"
                        + "{\"type\":\"string_check\",\"name\":\"g\",\"operation\":\"eq\",\"input\":\"{{sample.output_text}}\","
                        + "\"reference\":\"{{item.answer}}\"},\"hyperparameters\":{\"n_epochs\":2}}}}");
        return JobFiles.read(job, null, null);
    }

    private JobPlan plan(RftPlan numbers, OnCollapse onCollapse) {
        return new JobPlan(
                JobData.digest(files.file()),
                JobData.digest(files.training()),
                JobData.digest(files.validation()),
                "",
                new ModelPlan("tiny", "cpu", Precision.FP32, 0, false, 0),
                false,
                "=>",
                numbers,
                6,
                5e-3,
                1e-3,
                0.005,
                1,
                2,
                3,
                onCollapse,
                2,
                5);
    }

    private static RftPlan numbers(int batch, int epochs, int every) {
        return new RftPlan(batch, 4, epochs, 1e-3, every, 1, "");
    }

    private JobData data() {
        return JobData.read(files, folder.resolve("warm-up.jsonl"), new JobData.Form(false, "=>", ""));
    }

    private Grader grader() {
        return files.job().trainingGrader(GraderServices.NONE);
    }

    private JobRun.Outcome run(String name, JobPlan plan, Grader grader, int patience) {
        Path root = folder.resolve(name);
        return JobRun.go(
                plan,
                data(),
                grader,
                root,
                () -> MODEL.policy(Training.full(1)),
                root.resolve("model-sums"),
                quiet(patience));
    }

    private List<Map<String, Object>> rows(String name, String file) {
        List<Map<String, Object>> rows = new ArrayList<>();
        new RunLog(folder.resolve(name).resolve(file)).rows().forEach(row -> {
            Map<String, Object> kept = new TreeMap<>(row);
            kept.keySet().removeIf(key -> key.startsWith("time/") || key.equals("eps") || key.equals("created_at"));
            rows.add(kept);
        });
        return rows;
    }

    @Test
    void aJobLearnsAndLeavesItsRecords() throws Exception {
        JobPlan plan = plan(numbers(9, 40, 5), OnCollapse.WARN);
        JobRun.Outcome outcome = run("a", plan, grader(), Integer.MAX_VALUE);
        assertEquals(40, outcome.steps());
        assertEquals("", outcome.stopped());
        assertTrue(outcome.best().get(0).score() > outcome.start(), outcome::toString);
        assertEquals(3, outcome.best().size());
        List<Map<String, Object>> rows = rows("a", "metrics.jsonl");
        assertEquals(41, rows.size());
        assertEquals(
                9, rows.stream().filter(r -> r.containsKey("valid_reward_mean")).count());
        assertEquals(
                40,
                rows.stream().filter(r -> r.containsKey("train_reward_mean")).count());
        for (Map<String, Object> checkpoint : rows("a", "checkpoints.jsonl")) {
            assertEquals("fine_tuning.job.checkpoint", checkpoint.get("object"));
        }
        List<Map<String, Object>> events = rows("a", "events.jsonl");
        assertEquals("fine_tuning.job.event", events.get(0).get("object"));
        assertEquals(
                events.size(), events.stream().map(e -> e.get("id")).distinct().count());
        List<JsonRow> answers = JsonLines.read(folder.resolve("a/answers/step-000040.jsonl"));
        assertEquals(9, answers.size());
        double mean =
                answers.stream().mapToDouble(r -> r.number("reward")).average().orElseThrow();
        assertEquals(outcome.end(), mean, 1e-12);
        Path report = JobReport.write(folder.resolve("a"), plan, data(), outcome, files.settings());
        String html = Files.readString(report);
        for (String part : List.of("held-out rows", "<svg", "suffix = sums", "0+0", "step 40")) {
            assertTrue(html.contains(part), part);
        }
        JobSummary.write(folder.resolve("a"), files, plan, outcome, folder.resolve("a/model-sums"));
        assertTrue(Files.readString(folder.resolve("a/job.json")).contains("\"status\":\"succeeded\""));
    }

    @Test
    void aKilledJobDoesWhatItWouldHaveDone() {
        JobPlan plan = plan(numbers(4, 5, 2), OnCollapse.WARN);
        run("whole", plan, grader(), Integer.MAX_VALUE);
        int kills = 0;
        for (int patience = 3; ; patience += 2) {
            try {
                run("killed", plan, grader(), patience);
                break;
            } catch (Killed e) {
                kills++;
            }
        }
        assertTrue(kills >= 5, kills + " kills");
        for (String file : List.of("metrics.jsonl", "events.jsonl", "checkpoints.jsonl", "best/best.jsonl")) {
            assertEquals(rows("whole", file), rows("killed", file), file);
        }
    }

    /** 200 passes over small sets, as the issue asks for: each comes to its end, or is stopped with its best kept. */
    @Test
    void tenRowsOverTwoHundredEpochs() throws Exception {
        overTwoHundredEpochs(10);
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 100})
    @Tag("slow")
    void moreRowsOverTwoHundredEpochs(int rows) throws Exception {
        overTwoHundredEpochs(rows);
    }

    private void overTwoHundredEpochs(int rows) throws Exception {
        files = write(rows);
        JobRun.Outcome outcome = run(
                "small" + rows,
                plan(numbers(Math.min(25, rows), 200, 50), OnCollapse.STOP),
                grader(),
                Integer.MAX_VALUE);
        assertTrue(outcome.planned() >= 200);
        assertEquals(outcome.stopped().isEmpty(), outcome.steps() == outcome.planned(), outcome::toString);
        assertTrue(outcome.best().get(0).score() >= outcome.start(), outcome::toString);
        assertTrue(outcome.best().size() <= 3);
    }

    /** A grader that pays well for a while and then nothing: the reward collapses however the policy behaves. */
    private static Grader collapsing(int after) {
        AtomicInteger calls = new AtomicInteger();
        return (prompt, completion) -> Grade.of(calls.incrementAndGet() < after ? 1 : 0);
    }

    @Test
    void aCollapseSendsTheRunBackAndThenStopsIt() {
        JobPlan plan = plan(numbers(3, 20, 4), OnCollapse.BACK);
        JobRun.Outcome outcome = run("back", plan, collapsing(250), Integer.MAX_VALUE);
        assertTrue(outcome.stopped().contains("RewardCollapse") || outcome.attempts() > 1, outcome::toString);
        List<JsonRow> attempts = JsonLines.read(folder.resolve("back/attempts.jsonl"));
        assertEquals(outcome.attempts(), attempts.size());
        assertTrue(attempts.get(1).text("why").contains("RewardCollapse"), attempts.get(1)::toString);
        assertTrue(attempts.get(1).number("base") < 20);
        assertTrue(rows("back", "events.jsonl").stream()
                .anyMatch(e -> String.valueOf(e.get("message")).startsWith("going back to step")));
    }

    @Test
    void aRunMayStopOrGoOnInstead() {
        JobRun.Outcome stopped =
                run("stop", plan(numbers(3, 20, 4), OnCollapse.STOP), collapsing(250), Integer.MAX_VALUE);
        assertTrue(stopped.stopped().contains("RewardCollapse"), stopped::toString);
        assertTrue(stopped.steps() < stopped.planned());
        assertEquals(1, stopped.best().get(0).score());
        JobRun.Outcome warned =
                run("warn", plan(numbers(3, 20, 4), OnCollapse.WARN), collapsing(250), Integer.MAX_VALUE);
        assertEquals("", warned.stopped());
        assertEquals(warned.planned(), warned.steps());
    }

    @Test
    void anotherPlanIsRefusedByField() {
        run("a", plan(numbers(9, 2, 1), OnCollapse.WARN), grader(), Integer.MAX_VALUE);
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> run("a", plan(numbers(9, 3, 1), OnCollapse.WARN), grader(), Integer.MAX_VALUE))
                .getMessage();
        assertTrue(message.contains("numbers.epochs was 2 and is 3"), message);
        assertFalse(message.contains("seed"), message);
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Shows nothing, and ends the run when it has been asked for the time so often: at any moment between two saves. */
    private static ProgressLine quiet(int patience) {
        AtomicInteger left = new AtomicInteger(patience);
        return new ProgressLine(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), false, 80, () -> {
                    if (left.getAndDecrement() == 0) {
                        throw new Killed();
                    }
                    return System.nanoTime();
                });
    }
}
