package dev.reft.graders.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.shaping.WeightedGrader;
import dev.reft.graders.shaping.WeightedGrader.Part;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingException;
import dev.reft.grading.GradingLimits;
import dev.reft.grading.Prompt;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What counts as a grader's failure: whatever it throws, errors and time-outs too; not the end of a run. */
@Timeout(60)
class FailureKindsTest {
    private static final Prompt PROMPT = Prompt.text("p", "q", "r");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @AfterEach
    void notInterrupted() {
        Thread.interrupted();
    }

    static Stream<Throwable> failures() {
        return Stream.of(
                new IOException("down"),
                new TimeoutException("late"),
                new StackOverflowError(),
                new AssertionError("a bug"),
                new NoClassDefFoundError("x"),
                new OutOfMemoryError("no room"));
    }

    private static Grader throwing(Throwable failure) {
        return (prompt, completion) -> {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (Exception) failure;
        };
    }

    private static Grade grade(Grader grader) throws Exception {
        return grader.grade(PROMPT, Sample.of(PROMPT, 0, "text").completion());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whateverIsThrownIsCountedAndLogged(Throwable failure) throws Exception {
        ErrorRateGuard guard = new ErrorRateGuard(throwing(failure), 0, 2, 2);
        assertThrows(failure.getClass(), () -> grade(guard));
        GradingException stop = assertThrows(GradingException.class, () -> grade(guard));
        assertTrue(stop.getMessage().contains("2 of the last 2"), stop.getMessage());
        assertTrue(stop.getMessage().contains(failure.toString()), stop.getMessage());
        JsonNode line = logged(throwing(failure), failure.getClass());
        assertEquals("failed", line.get("outcome").asString());
        assertEquals(failure.toString(), line.get("explanation").asString());
    }

    /** The trainer's interrupt at its limit is the grader's failure; the same interrupt before it is the end of the run. */
    @Test
    void anInterruptIsATimeoutOnlyWhenTheTimeIsOver() throws Exception {
        Grader interrupted = throwing(new InterruptedException());
        ErrorRateGuard guard = new ErrorRateGuard(interrupted, 0, 1, 1);
        for (int i = 0; i < 3; i++) {
            assertThrows(InterruptedException.class, () -> grade(guard));
            assertThrows(
                    InterruptedException.class,
                    () -> Deadline.in(Duration.ofMinutes(1)).call(() -> grade(guard)));
        }
        assertEquals(
                "cancelled",
                logged(interrupted, InterruptedException.class).get("outcome").asString());
        Deadline over = Deadline.in(Duration.ofNanos(1));
        assertEquals(
                "failed",
                over.call(() -> logged(interrupted, InterruptedException.class))
                        .get("outcome")
                        .asString());
        assertThrows(GradingException.class, () -> over.call(() -> grade(guard)));
    }

    /** A grader that polls, or waits for a channel, ends otherwise than by an InterruptedException; its thread stays interrupted. */
    @Test
    void aCancelledRunIsNoFailureHoweverItsGradersEnd() throws Exception {
        for (Exception end : List.of(new TimeoutException("polled"), new ClosedByInterruptException())) {
            Grader polite = (prompt, completion) -> {
                Thread.currentThread().interrupt();
                throw end;
            };
            ErrorRateGuard guard = new ErrorRateGuard(polite, 0, 1, 1);
            assertThrows(end.getClass(), () -> grade(guard));
            assertThrows(
                    end.getClass(), () -> Deadline.in(Duration.ofMinutes(1)).call(() -> grade(guard)));
            assertTrue(Thread.interrupted());
            assertEquals(
                    "cancelled", logged(polite, end.getClass()).get("outcome").asString());
            Thread.interrupted();
            assertThrows(
                    GradingException.class,
                    () -> Deadline.in(Duration.ofNanos(1)).call(() -> grade(guard)));
        }
    }

    /** Through the executor: a grader that only an interrupt ends, and whose time-outs stop the run. */
    @Test
    void interruptedAtTheLimitStopsTheRunThroughTheGuard() {
        Grader waits = (prompt, completion) -> {
            new CountDownLatch(1).await();
            return Grade.of(1);
        };
        GradingLimits limits = new GradingLimits(2, Duration.ofMillis(100), 1, Duration.ofSeconds(5), 100);
        try (GradingExecutor executor = new GradingExecutor(new ErrorRateGuard(waits, 0.5, 4, 2), limits)) {
            List<Sample> samples = Collections.nCopies(40, Sample.of(PROMPT, 0, "text"));
            GradingException stop = assertThrows(GradingException.class, () -> executor.grade(samples));
            assertTrue(stop.getMessage().contains("of the last 4 gradings failed"), stop.getMessage());
        }
    }

    @Test
    void aReturnedFailureAndScoresOfZero() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Grader returning = (prompt, completion) -> calls.incrementAndGet() % 2 == 0
                ? new Grade.Failed(new IOException("gone"), 3)
                : calls.get() % 4 == 1 ? Grade.of(0) : Grade.none("not for this");
        ErrorRateGuard bears = new ErrorRateGuard(returning, 0.5, 4, 1);
        for (int i = 0; i < 20; i++) {
            grade(bears);
        }
        calls.set(0);
        ErrorRateGuard strict = new ErrorRateGuard(returning, 0.4, 4, 1);
        assertThrows(GradingException.class, () -> {
            for (int i = 0; i < 4; i++) {
                grade(strict);
            }
        });
    }

    @Test
    void aMetricWithAFaultCostsNoSample() throws Exception {
        Part metric = new Part("metric", throwing(new StackOverflowError()), 0);
        Part answer = new Part("answer", (prompt, completion) -> Grade.of(1), 1);
        assertEquals(1, ((Grade.Score) grade(WeightedGrader.of(metric, answer))).value());
        Part weighty = new Part("metric", throwing(new StackOverflowError()), 1);
        assertThrows(StackOverflowError.class, () -> grade(WeightedGrader.of(weighty, answer)));
        Grade counted = grade(new WeightedGrader(List.of(weighty, answer), WeightedGrader.OnFailure.COUNT_ZERO));
        assertEquals(1, assertInstanceOf(Grade.Score.class, counted).value());
    }

    private JsonNode logged(Grader grader, Class<? extends Throwable> thrown) throws Exception {
        Path file = folder.resolve("log" + System.nanoTime());
        try (AuditLog log = AuditLog.open(file)) {
            assertThrows(thrown, () -> grade(new AuditedGrader(grader, "g", log)));
        }
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            lines.add(JSON.readTree(line));
        }
        assertEquals(1, lines.size());
        return lines.get(0);
    }
}
