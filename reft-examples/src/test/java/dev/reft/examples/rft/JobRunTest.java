package dev.reft.examples.rft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.rft.JobPlan.OnCollapse;
import dev.reft.graders.openai.RftPlan;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.ppo.watch.BestCheckpoints;
import dev.reft.ppo.watch.Probes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole jobs on the exact policy in Java: no engine, seconds. */
class JobRunTest extends SmallJob {
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
    void anotherPlanIsRefusedByField() {
        run("a", plan(numbers(9, 2, 1), OnCollapse.WARN), grader(), Integer.MAX_VALUE);
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> run("a", plan(numbers(9, 3, 1), OnCollapse.WARN), grader(), Integer.MAX_VALUE))
                .getMessage();
        assertTrue(message.contains("numbers.epochs was 2 and is 3"), message);
        assertFalse(message.contains("seed"), message);
    }
}
