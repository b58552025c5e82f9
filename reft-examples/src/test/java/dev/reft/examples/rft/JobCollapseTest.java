package dev.reft.examples.rft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.rft.JobPlan.OnCollapse;
import dev.reft.examples.run.RunFolder;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.model.Policy;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.Training;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.testkit.ForwardingPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Jobs whose reward leaps or collapses: what the watch says, where the run goes back to, and where it ends. */
class JobCollapseTest extends SmallJob {
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
        Grader none = (prompt, completion) -> {
            throw new IllegalStateException("graded again");
        };
        assertEquals(
                stopped, run("stop", plan(numbers(3, 20, 4), OnCollapse.STOP), none, Integer.MAX_VALUE), "for good");
        JobRun.Outcome warned =
                run("warn", plan(numbers(3, 20, 4), OnCollapse.WARN), collapsing(250), Integer.MAX_VALUE);
        assertEquals("", warned.stopped());
        assertEquals(warned.planned(), warned.steps());
    }

    /** Some optimiser steps are not taken, as where a gradient is not finite. */
    private static final class Broken extends ForwardingPolicy {
        private final int from;
        private final int to;
        private int steps;

        Broken(Policy inner, int from, int to) {
            super(inner);
            this.from = from;
            this.to = to;
        }

        @Override
        public StepResult step(StepSize size) {
            int now = steps++;
            return now >= from && now < to ? new StepResult(false, Double.NaN) : super.step(size);
        }
    }

    @Test
    void aDivergedTrainerIsToldOfAndSentBackOrStopped() {
        JobPlan plan = plan(numbers(9, 20, 2), OnCollapse.BACK);
        JobRun.Outcome back = run("back", plan, grader(), Integer.MAX_VALUE, p -> new Broken(p, 20, 24));
        List<JsonRow> attempts = JsonLines.read(folder.resolve("back/attempts.jsonl"));
        assertEquals(back.attempts(), attempts.size());
        assertTrue(attempts.get(1).text("why").contains("NotFinite"), attempts.get(1)::toString);
        assertEquals(20, back.steps(), "it went on");
        assertTrue(rows("back", "events.jsonl").stream()
                .anyMatch(e -> String.valueOf(e.get("message")).contains("NotFinite")));
        JobPlan stop = plan(numbers(9, 20, 2), OnCollapse.STOP);
        JobRun.Outcome stopped = run("stop", stop, grader(), Integer.MAX_VALUE, p -> new Broken(p, 20, 1000));
        assertTrue(stopped.stopped().contains("NotFinite"), stopped::toString);
        assertTrue(stopped.steps() < 20, stopped::toString);
        assertEquals(stopped, run("stop", stop, grader(), Integer.MAX_VALUE), "for good");
    }

    /** With every step saved, the one that is warned of would be saved too, and its warning forgotten. */
    @ParameterizedTest
    @EnumSource(
            value = OnCollapse.class,
            names = {"STOP", "BACK"})
    void aKillAfterAWarningDoesNotForgetIt(OnCollapse onCollapse) throws Exception {
        JobPlan plan = plan(numbers(3, 20, 4), onCollapse, 1e-3, 0.005, 1);
        JobRun.Outcome whole = run("whole", plan, collapsing(250), Integer.MAX_VALUE);
        // What a warning leads to cannot be written down, as if the run were killed just before: a folder is in the
        // file's place.
        Path blocked =
                folder.resolve("killed").resolve(onCollapse == OnCollapse.STOP ? "stopped.txt" : "attempts.jsonl");
        Files.createDirectories(blocked.resolve("in the way"));
        Grader grader = collapsing(250);
        assertThrows(RuntimeException.class, () -> run("killed", plan, grader, Integer.MAX_VALUE));
        Files.delete(blocked.resolve("in the way"));
        Files.delete(blocked);
        JobRun.Outcome after = run("killed", plan, grader, Integer.MAX_VALUE);
        assertEquals(whole.attempts(), after.attempts());
        assertEquals(whole.stopped(), after.stopped());
    }
}
