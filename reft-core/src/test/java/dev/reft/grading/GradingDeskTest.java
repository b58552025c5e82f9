package dev.reft.grading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which failures are tried again, what one of a group costs, and a host whose executor has no threads. */
@Timeout(30)
class GradingDeskTest {
    private static final Prompt PROMPT = Prompt.text("p", "q", "");
    private static final GradingLimits LIMITS =
            new GradingLimits(2, Duration.ofMillis(200), 3, Duration.ofMillis(60), 3);

    private static List<Completion> completions(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Completion(
                        "p",
                        i,
                        List.of(new Segment.Sampled(new int[] {1, 2}, new float[0], new float[0])),
                        "" + i,
                        Finish.END))
                .toList();
    }

    private static List<Grade> grade(GradingDesk desk, int group) throws InterruptedException {
        return desk.await(desk.submit(PROMPT, completions(group)));
    }

    /** A failure that knows. */
    private static final class Told extends Exception implements FinalFailure {
        private static final long serialVersionUID = 1L;
        private final boolean last;

        Told(boolean last) {
            super("told");
            this.last = last;
        }

        @Override
        public boolean isFinal() {
            return last;
        }
    }

    @Test
    void aFinalFailureIsNotTriedAgain() throws Exception {
        Map<Exception, Integer> calls = Map.of(
                new Told(true), 1,
                new IOException("wrapped", new Told(true)), 1,
                new Told(false), 3,
                new IOException("plain"), 3);
        for (Map.Entry<Exception, Integer> wanted : calls.entrySet()) {
            AtomicInteger made = new AtomicInteger();
            GroupGrader grader = (prompt, group) -> {
                made.incrementAndGet();
                throw wanted.getKey();
            };
            try (GradingDesk desk = new GradingDesk(grader, LIMITS, null)) {
                Grade.Failed failed =
                        assertInstanceOf(Grade.Failed.class, grade(desk, 1).get(0));
                assertEquals(
                        wanted.getValue(), failed.attempts(), wanted.getKey().toString());
                assertEquals(wanted.getValue(), made.get());
            }
        }
    }

    @Test
    void aRingOfCausesIsNotFinal() {
        Exception first = new Exception("first");
        first.initCause(new Exception("second", first));
        assertFalse(FinalFailure.in(first));
    }

    @Test
    void oneOfAGroupFailsAlone() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Grader single = (prompt, completion) -> switch (completion.sample()) {
            case 1 -> {
                calls.incrementAndGet();
                throw new IOException("no service");
            }
            case 2 -> throw new StackOverflowError();
            case 3 -> null;
            default -> Grade.of(completion.sample());
        };
        try (GradingDesk desk = new GradingDesk(GroupGrader.ofEach(single), LIMITS, null)) {
            List<Grade> grades = grade(desk, 5);
            assertEquals(Grade.of(0), grades.get(0));
            assertEquals("no service", ((Grade.Failed) grades.get(1)).cause().getMessage());
            assertInstanceOf(Grade.Failed.class, grades.get(2));
            assertInstanceOf(Grade.Failed.class, grades.get(3));
            assertEquals(Grade.of(4), grades.get(4));
            assertEquals(1, calls.get(), "the group was not graded again");
        }
    }

    @Test
    void whatIsWrongWithOneGradeOfAGroupFailsThatOne() throws Exception {
        GroupGrader grader = (prompt, group) -> Arrays.asList(
                Grade.of(1), null, new Grade.Score(1, Map.of(), List.of(new Credit(2, 1)), "", ""), Grade.of(2));
        try (GradingDesk desk = new GradingDesk(grader, LIMITS, null)) {
            List<Grade> grades = grade(desk, 4);
            assertEquals(Grade.of(1), grades.get(0));
            assertInstanceOf(Grade.Failed.class, grades.get(1));
            Grade.Failed credit = assertInstanceOf(Grade.Failed.class, grades.get(2));
            assertTrue(
                    credit.cause().getMessage().contains("sample 2"),
                    credit.cause().getMessage());
            assertEquals(Grade.of(2), grades.get(3));
        }
    }

    @Test
    void aStopOfTheRunIsNoFailureOfOneOfAGroup() {
        Grader stop = (prompt, completion) -> {
            throw new GradingException("enough", null);
        };
        assertThrows(GradingException.class, () -> GroupGrader.ofEach(stop).grade(PROMPT, completions(2)));
    }

    @Test
    void anExecutorThatRunsTasksAtOnceWorks() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Grader grader = (prompt, completion) -> {
            calls.incrementAndGet();
            if (completion.sample() == 1) {
                throw new IOException("no service");
            }
            if (completion.sample() == 2) {
                while (true) {
                    Deadline.current().check();
                    Thread.onSpinWait();
                }
            }
            return Grade.of(7);
        };
        try (GradingDesk desk =
                new GradingDesk((p, group) -> List.of(grader.grade(p, group.get(0))), LIMITS, Runnable::run)) {
            List<Completion> all = completions(4);
            List<Grade> grades = new java.util.ArrayList<>();
            for (Completion completion : all) {
                GradingJob job = desk.submit(PROMPT, List.of(completion));
                assertTrue(desk.done(job));
                grades.addAll(desk.await(job));
            }
            assertEquals(Grade.of(7), grades.get(0));
            assertEquals(3, ((Grade.Failed) grades.get(1)).attempts());
            assertInstanceOf(TimeoutException.class, ((Grade.Failed) grades.get(2)).cause());
            assertEquals(Grade.of(7), grades.get(3));
            assertEquals(1, desk.timeouts());
            assertEquals(6, calls.get());
        }
    }

    @Test
    void anInterruptOfTheSubmittingThreadIsKept() throws Exception {
        GroupGrader waits = (prompt, group) -> {
            new CountDownLatch(1).await();
            return List.of(Grade.of(1));
        };
        try (GradingDesk desk = new GradingDesk(waits, LIMITS, Runnable::run)) {
            Thread.currentThread().interrupt();
            GradingJob job = desk.submit(PROMPT, completions(1));
            assertTrue(Thread.interrupted(), "whoever cancels a step must not be ignored");
            assertInstanceOf(Grade.Failed.class, desk.await(job).get(0));
        }
    }
}
