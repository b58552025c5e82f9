package dev.reft.examples.rft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.rft.JobPlan.OnCollapse;
import dev.reft.examples.run.RunFolder;
import dev.reft.examples.run.RunPlan.ModelPlan;
import dev.reft.examples.view.ProgressLine;
import dev.reft.graders.openai.GraderServices;
import dev.reft.graders.openai.RftPlan;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Training;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.ppo.watch.BestCheckpoints;
import dev.reft.ppo.watch.Probes;
import dev.reft.testkit.tiny.TinyModel;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
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
        return plan(numbers, onCollapse, 1e-3, 0.005);
    }

    private JobPlan plan(RftPlan numbers, OnCollapse onCollapse, double valueRate, double kl) {
        return new JobPlan(
                JobData.digest(files.file()),
                JobData.digest(files.training()),
                JobData.digest(files.validation()),
                "",
                JobData.digest(List.of("1+1=2", "2+2=4")),
                new ModelPlan("tiny", "cpu", Precision.FP32, 0, false, 0),
                false,
                "=>",
                numbers,
                6,
                5e-3,
                valueRate,
                kl,
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
        return JobData.read(
                files, folder.resolve("warm-up.jsonl"), List.of("1+1=2", "2+2=4"), new JobData.Form(false, "=>", ""));
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
        assertKeepsTheBest("a", outcome);
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
        assertKeepsTheBest("small" + rows, outcome);
    }

    /** The checkpoints kept are the three with the greatest held-out rewards of all that were evaluated, of equals the earlier. */
    private void assertKeepsTheBest(String name, JobRun.Outcome outcome) {
        List<BestCheckpoints.Entry> evaluated = rows(name, "metrics.jsonl").stream()
                .filter(row -> row.containsKey("valid_reward_mean"))
                .map(row -> new BestCheckpoints.Entry(
                        (long) RunLog.number(row, "step"), RunLog.number(row, "valid_reward_mean")))
                .sorted(Comparator.comparingDouble((BestCheckpoints.Entry e) -> -e.score())
                        .thenComparingLong(BestCheckpoints.Entry::step))
                .toList();
        assertTrue(evaluated.size() > 3, evaluated::toString);
        assertEquals(evaluated.subList(0, 3), outcome.best());
        for (BestCheckpoints.Entry entry : outcome.best()) {
            Path kept = folder.resolve(name).resolve(String.format(Locale.ROOT, "best/step-%06d/policy", entry.step()));
            assertTrue(Files.isDirectory(kept), kept::toString);
        }
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

    /** Every checkpoint: those for going on (every third step), those that were evaluated (every fourth), and the first and last. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.005})
    void everyCheckpointTellsItsDistanceAndWhatItHasForgotten(double kl) {
        run("a", plan(numbers(9, 10, 4), OnCollapse.WARN, 0, kl), grader(), Integer.MAX_VALUE);
        List<Map<String, Object>> rows = rows("a", "metrics.jsonl");
        assertEquals(0, RunLog.number(rows.get(0), Probes.KL));
        double before = RunLog.number(rows.get(0), Probes.OFF_TASK);
        assertTrue(before < 0, "log-probability " + before);
        Set<Long> told = new TreeSet<>();
        for (Map<String, Object> row : rows) {
            assertEquals(row.containsKey(Probes.KL), row.containsKey(Probes.OFF_TASK), row.toString());
            if (row.containsKey(Probes.KL)) {
                told.add((long) RunLog.number(row, "step"));
            }
        }
        assertEquals(Set.of(0L, 3L, 4L, 6L, 8L, 9L, 10L), told);
        double last = RunLog.number(rows.get(10), Probes.KL);
        assertTrue(last != 0 && Double.isFinite(last), "KL " + last);
        assertTrue(RunLog.number(rows.get(10), Probes.OFF_TASK) != before);
        for (Map<String, Object> checkpoint : rows("a", "checkpoints.jsonl")) {
            Map<?, ?> metrics = (Map<?, ?>) checkpoint.get("metrics");
            assertTrue(metrics.containsKey(Probes.KL) && metrics.containsKey(Probes.OFF_TASK), metrics.toString());
        }
    }

    @Test
    void withoutAValueHeadAJobLearnsToo() {
        JobRun.Outcome outcome =
                run("a", plan(numbers(9, 40, 5), OnCollapse.WARN, 0, 0.04), grader(), Integer.MAX_VALUE);
        assertEquals(40, outcome.steps());
        assertTrue(outcome.best().get(0).score() > outcome.start(), outcome::toString);
        assertThrows(
                IllegalArgumentException.class,
                () -> plan(new RftPlan(3, 1, 2, 1e-3, 1, 1, ""), OnCollapse.WARN, 0, 0));
    }

    @Test
    void aLeapOfTheRewardHasTheHeldOutRowsAnsweredAtOnce() {
        // 12 gradings a step: nothing is paid in the first 10, everything from then on; evaluated at 0 and then every
        // 50 steps.
        JobRun.Outcome outcome = run(
                "leap", plan(numbers(3, 6, 50), OnCollapse.STOP), paying(calls -> calls >= 9 + 120), Integer.MAX_VALUE);
        assertEquals("", outcome.stopped());
        List<Map<String, Object>> rows = rows("leap", "metrics.jsonl");
        assertTrue(rows.get(11).containsKey("valid_reward_mean"), rows.get(11)::toString);
        assertFalse(rows.get(10).containsKey("valid_reward_mean"));
        assertTrue(Files.exists(folder.resolve("leap/answers/step-000011.jsonl")));
        assertTrue(rows("leap", "events.jsonl").stream()
                .anyMatch(e -> String.valueOf(e.get("message")).contains("step 11: RewardSpike")));
    }

    @Test
    void aRunGoesBackSoOftenAsItMayAndEachTimeAtHalfTheRate() {
        // Paid for about nine steps, then for about nine not: each attempt collapses.
        JobRun.Outcome outcome = run(
                "often", plan(numbers(3, 60, 4), OnCollapse.BACK), paying(c -> c / 130 % 2 == 0), Integer.MAX_VALUE);
        assertEquals(3, outcome.attempts(), outcome::toString);
        assertTrue(outcome.stopped().contains("RewardCollapse"), outcome::toString);
        Map<Integer, Double> rates = new TreeMap<>();
        rows("often", "metrics.jsonl").stream()
                .filter(row -> row.containsKey("lr"))
                .forEach(row -> rates.put((int) RunLog.number(row, "attempt"), RunLog.number(row, "lr")));
        assertEquals(Map.of(0, 1e-3, 1, 5e-4, 2, 2.5e-4), rates);
    }

    private static Grader paying(IntPredicate pays) {
        AtomicInteger calls = new AtomicInteger();
        return (prompt, completion) -> Grade.of(pays.test(calls.getAndIncrement()) ? 1 : 0);
    }

    @Test
    void aWayThatWasLeftIsNotGoneBackTo() {
        JobPlan plan = plan(numbers(9, 2, 1), OnCollapse.WARN);
        try (RunFolder root = RunFolder.open(folder.resolve("records"), plan);
                Policy policy = MODEL.policy(Training.full(1))) {
            JobRecords records = new JobRecords(root, "job");
            Attempts.Attempt first = records.attempts().last();
            records.offer(policy, first, 4, 0.5, Map.of());
            records.offer(policy, first, 6, 0.9, Map.of());
            assertEquals(6, records.goodOnTheWay().bestBefore(10).orElseThrow().step());
            records.back(4, "why");
            Attempts.Attempt second = records.attempts().last();
            assertEquals(4, records.goodOnTheWay().bestBefore(10).orElseThrow().step());
            // The better checkpoint of the same step stays, though it is of the way that was left.
            records.offer(policy, second, 6, 0.6, Map.of());
            assertEquals(0.9, records.bestOfAll().orElseThrow().score());
            records.offer(policy, second, 8, 0.7, Map.of());
            assertEquals(8, records.goodOnTheWay().bestBefore(10).orElseThrow().step());
            records.offer(policy, second, 10, Double.NaN, Map.of());
            assertEquals(3, records.best().entries().size());
        }
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
