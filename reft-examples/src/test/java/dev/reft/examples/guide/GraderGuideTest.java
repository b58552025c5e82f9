package dev.reft.examples.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.execution.GradingSummary;
import dev.reft.graders.execution.Sample;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.GradingException;
import dev.reft.grading.GradingLimits;
import dev.reft.grading.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each line of the guide's table of outcomes. */
@Timeout(60)
class GraderGuideTest {
    private static final Prompt PROMPT = Prompt.text("p", "", "x = x");

    private static Grade grade(GraderOutcomes.Service service, Prompt prompt, String text) throws Exception {
        // One attempt: what the guide says of a bare grader in a trainer.
        GradingLimits limits = new GradingLimits(1, Duration.ofSeconds(1), 1, Duration.ofSeconds(1), 1);
        Grader grader = new GraderOutcomes(service, 100);
        try (GradingDesk desk = new GradingDesk((p, group) -> List.of(grader.grade(p, group.get(0))), limits, null)) {
            Grade grade = desk.await(desk.submit(
                            prompt, List.of(Sample.of(prompt, 0, text).completion())))
                    .get(0);
            desk.poll();
            return grade;
        }
    }

    @Test
    void everyEndHasItsOutcome() throws Exception {
        Grade.Score right = (Grade.Score) grade(equation -> 200, PROMPT, "x = x");
        assertEquals(1, right.value());
        assertEquals("x", right.extracted());
        assertEquals(Grade.of(0), grade(equation -> 200, PROMPT, "no equation \ud800"));
        assertEquals(Grade.of(0), grade(equation -> 200, PROMPT, "=".repeat(101)));
        assertInstanceOf(Grade.None.class, grade(equation -> 200, Prompt.text("p", "", ""), "x = x"));
        assertInstanceOf(Grade.Failed.class, grade(equation -> 503, PROMPT, "x = x"));
        assertInstanceOf(Grade.Failed.class, grade(equation -> 429, PROMPT, "x = x"));
        GraderOutcomes.Service asleep = equation -> {
            while (!Deadline.current().passed()) {
                Thread.onSpinWait();
            }
            throw new IOException("too late");
        };
        // Its cause is what ends first, the grader's own exception or the desk's time-out.
        assertInstanceOf(Grade.Failed.class, grade(asleep, PROMPT, "x = x"));
        assertThrows(GradingException.class, () -> grade(equation -> 401, PROMPT, "x = x"));
        assertThrows(IllegalArgumentException.class, () -> new GraderOutcomes(equation -> 200, 0));
    }

    @Test
    void aRemoteGraderIsRunCarefully(@TempDir Path folder) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        GraderOutcomes grader = new GraderOutcomes(equation -> calls.incrementAndGet() % 5 == 0 ? 429 : 200, 100);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            samples.add(Sample.of(PROMPT, i, i % 2 == 0 ? "x = x" : "x = x + " + i));
        }
        GradingSummary summary = RunningGraders.run(grader, samples, folder.resolve("audit.jsonl"));
        assertEquals(20, summary.scored());
        assertEquals(1, summary.mean());
        assertTrue(calls.get() < 20, "the cache was not used: " + calls);
        assertEquals(20, Files.readAllLines(folder.resolve("audit.jsonl")).size());
    }

    private static double score(Grader grader, String text) throws Exception {
        return ((Grade.Score) grader.grade(PROMPT, Sample.of(PROMPT, 0, text).completion())).value();
    }

    @Test
    void blanksAreFilledIn() throws Exception {
        Grader grader = ComposedGraders.fillIn(List.of(List.of("red", "crimson"), List.of("sea")));
        assertEquals(1, score(grader, "<answer>Crimson; the sea</answer>"));
        assertEquals(0.5, score(grader, "<answer>blue; sea</answer>"));
        assertEquals(0, score(grader, "<answer>red; sea; sea</answer>"));
        assertEquals(0, score(grader, "red; sea"));
    }

    @Test
    void assignmentsAreCheckedAgainstClues() throws Exception {
        List<Predicate<Map<String, Integer>>> clues =
                List.of(a -> a.get("Ann") < a.get("Bob"), a -> a.get("Cid") == 3, a -> a.get("Bob") != 1);
        Grader grader = ComposedGraders.puzzle(List.of("Ann", "Bob", "Cid"), clues);
        assertEquals(1, score(grader, "<think>so</think><answer>Ann=1, Bob=2, Cid=3</answer>"));
        assertEquals(1.0 / 3, score(grader, "<think>so</think><answer>Ann=3, Bob=2, Cid=1</answer>"), 1e-12);
        assertEquals(0, score(grader, "<think>so</think><answer>Ann=1, Bob=1, Cid=3</answer>"));
        assertEquals(0, score(grader, "<think>so</think><answer>Ann=1, Bob=2, Cid=3, Dan=4</answer>"));
        assertEquals(0, score(grader, "<answer>Ann=1, Bob=2, Cid=3</answer>"));
        Grade.Score all = (Grade.Score) grader.grade(
                PROMPT,
                Sample.of(PROMPT, 0, "<think>" + "so ".repeat(600) + "</think><answer>Ann=1, Bob=2, Cid=3</answer>")
                        .completion());
        assertEquals(1, all.value());
        assertEquals(-1, all.parts().get("overlong"));
    }
}
