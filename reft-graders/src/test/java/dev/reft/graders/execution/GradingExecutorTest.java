package dev.reft.graders.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingException;
import dev.reft.grading.GradingLimits;
import dev.reft.grading.Prompt;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GradingExecutorTest {
    private static final Prompt PROMPT = Prompt.text("p", "q", "r");
    private static final GradingLimits LIMITS =
            new GradingLimits(3, Duration.ofMillis(300), 2, Duration.ofMillis(40), 3);

    private static List<Sample> samples(int count) {
        List<Sample> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            out.add(Sample.of(PROMPT, i, "" + i));
        }
        return out;
    }

    @Test
    void gradesInOrderAndKeepsTheOutcomesApart() throws Exception {
        Grader grader = (prompt, completion) -> switch (completion.sample() % 4) {
            case 0 -> new Grade.Score(completion.sample(), Map.of("even", 1.0), List.of(), "", "");
            case 1 -> Grade.none("odd");
            case 2 -> throw new IOException("no service");
            default -> Grade.of(0);
        };
        try (GradingExecutor executor = new GradingExecutor(grader, LIMITS)) {
            List<Grade> grades = executor.grade(samples(40));
            assertEquals(36, ((Grade.Score) grades.get(36)).value());
            GradingSummary summary = GradingSummary.of(grades);
            assertEquals(20, summary.scored());
            assertEquals(10, summary.none());
            assertEquals(10, summary.failed());
            assertEquals(9, summary.mean());
            assertEquals(Map.of("even", 1.0), summary.parts());
            assertEquals(GradingSummary.EXAMPLES, summary.failures().size());
            assertEquals(2, ((Grade.Failed) grades.get(2)).attempts());
            assertEquals(grades.subList(0, 2), executor.grade(samples(2)));
        }
    }

    @Test
    void aStuckGraderCostsItsSampleOnly() throws Exception {
        Grader grader = (prompt, completion) -> {
            long end = System.nanoTime() + 2_000_000_000L;
            while (completion.sample() == 3 && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return Grade.of(1);
        };
        try (GradingExecutor executor = new GradingExecutor(grader, LIMITS)) {
            List<Grade> grades = executor.grade(samples(20));
            for (int i = 0; i < 20; i++) {
                if (i == 3) {
                    assertInstanceOf(Grade.Failed.class, grades.get(i));
                } else {
                    assertEquals(Grade.of(1), grades.get(i));
                }
            }
        }
    }

    @Test
    void theGuardStopsTheList() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Grader down = (prompt, completion) -> {
            calls.incrementAndGet();
            throw new IOException("service down");
        };
        try (GradingExecutor executor = new GradingExecutor(new ErrorRateGuard(down, 0.5, 20, 3), LIMITS)) {
            GradingException stop = assertThrows(GradingException.class, () -> executor.grade(samples(5000)));
            assertTrue(stop.getMessage().contains("service down"), stop.getMessage());
            assertTrue(stop.getMessage().contains("20 of the last 20"), stop.getMessage());
        }
        assertTrue(calls.get() < 100, "called " + calls);
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        Grader slow = (prompt, completion) -> {
            new CountDownLatch(1).await();
            return Grade.of(1);
        };
        try (GradingExecutor executor = new GradingExecutor(slow, LIMITS)) {
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> executor.grade(samples(10)));
        }
    }
}
