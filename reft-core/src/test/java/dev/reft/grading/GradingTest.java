package dev.reft.grading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Graders that hang, throw, cheat or are slow. */
@Timeout(30)
class GradingTest {
    private static final GradingLimits QUICK = new GradingLimits(2, Duration.ofMillis(60), 2, Duration.ofMillis(60), 3);

    private final CountDownLatch release = new CountDownLatch(1);

    private static Completion completion(int sample) {
        return new Completion(
                "p",
                sample,
                List.of(new Segment.Sampled(new int[] {1, 2}, new float[0], new float[0])),
                "" + sample,
                Finish.END);
    }

    private static GroupGrader single(Grader grader) {
        return (prompt, group) -> List.of(grader.grade(prompt, group.get(0)));
    }

    private static List<Grade> gradeAll(GradingDesk desk, int count) throws InterruptedException {
        Prompt prompt = Prompt.text("p", "q", "");
        List<GradingJob> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jobs.add(desk.submit(prompt, List.of(completion(i))));
        }
        List<Grade> grades = new ArrayList<>();
        for (GradingJob job : jobs) {
            grades.addAll(desk.await(job));
        }
        return grades;
    }

    /** Ignores interrupts until the test lets it go. */
    private Grade hang() {
        while (true) {
            try {
                release.await();
                return Grade.of(1);
            } catch (InterruptedException e) {
                continue;
            }
        }
    }

    @Test
    void aThrowingGraderIsTriedAgainAndBecomesAFailure() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Grader grader = (prompt, completion) -> {
            calls.incrementAndGet();
            if (completion.sample() == 1) {
                throw new IllegalStateException("service down");
            }
            return Grade.of(completion.sample());
        };
        try (GradingDesk desk = new GradingDesk(single(grader), QUICK, null)) {
            List<Grade> grades = gradeAll(desk, 3);
            assertEquals(Grade.of(0), grades.get(0));
            Grade.Failed failed = assertInstanceOf(Grade.Failed.class, grades.get(1));
            assertEquals(2, failed.attempts());
            assertEquals("service down", failed.cause().getMessage());
            assertEquals(Grade.of(2), grades.get(2));
            assertEquals(4, calls.get());
        }
    }

    @Test
    void aGraderThatSucceedsTheSecondTimeScores() throws Exception {
        Set<Integer> seen = ConcurrentHashMap.newKeySet();
        Grader grader = (prompt, completion) -> {
            if (seen.add(completion.sample())) {
                throw new java.io.IOException("once");
            }
            return Grade.of(1);
        };
        try (GradingDesk desk = new GradingDesk(single(grader), QUICK, null)) {
            assertEquals(List.of(Grade.of(1), Grade.of(1)), gradeAll(desk, 2));
        }
    }

    @Test
    void nullWrongCountsCreditsOutsideAndErrorsAreFailures() throws Exception {
        List<GroupGrader> bad = List.of(
                (prompt, group) -> List.of(),
                (prompt, group) -> java.util.Arrays.asList((Grade) null),
                (prompt, group) -> List.of(new Grade.Score(1, Map.of(), List.of(new Credit(2, 1)), "", "")),
                (prompt, group) -> {
                    throw new StackOverflowError();
                });
        for (GroupGrader grader : bad) {
            try (GradingDesk desk = new GradingDesk(grader, QUICK, null)) {
                assertInstanceOf(Grade.Failed.class, gradeAll(desk, 1).get(0));
            }
        }
    }

    @Test
    void aSlowGraderThatHeedsInterruptsIsAFailureButNotStuck() throws Exception {
        Grader grader = (prompt, completion) -> {
            if (completion.sample() == 0) {
                new CountDownLatch(1).await();
            }
            return Grade.of(1);
        };
        try (GradingDesk desk = new GradingDesk(single(grader), QUICK, null)) {
            for (int i = 0; i < 5; i++) {
                List<Grade> grades = gradeAll(desk, 3);
                Grade.Failed failed = assertInstanceOf(Grade.Failed.class, grades.get(0));
                assertInstanceOf(TimeoutException.class, failed.cause());
                assertEquals(1, failed.attempts());
                assertEquals(Grade.of(1), grades.get(2));
            }
            assertEquals(0, desk.stuck());
            assertEquals(5, desk.timeouts());
        }
    }

    @Test
    void stuckGradersAreReplacedAndThenStopTheRun() throws Exception {
        Grader grader = (prompt, completion) -> completion.sample() == 0 ? hang() : Grade.of(1);
        GradingLimits one = new GradingLimits(1, Duration.ofMillis(60), 1, Duration.ofMillis(60), 3);
        try (GradingDesk desk = new GradingDesk(single(grader), one, null)) {
            for (int i = 0; i < 2; i++) {
                // The only thread hangs, yet the second sample is graded: by a new thread.
                List<Grade> grades = gradeAll(desk, 2);
                assertInstanceOf(Grade.Failed.class, grades.get(0));
                assertEquals(Grade.of(1), grades.get(1));
                assertEquals(i + 1, desk.stuck());
            }
            GradingException stop = assertThrows(GradingException.class, () -> gradeAll(desk, 2));
            assertTrue(stop.getMessage().contains("3 graders"), stop.getMessage());
        } finally {
            release.countDown();
        }
    }

    @Test
    void aHostsExecutorFullOfStuckGradersStopsTheRun() throws Exception {
        ExecutorService host = Executors.newSingleThreadExecutor();
        try (GradingDesk desk = new GradingDesk(single((prompt, completion) -> hang()), QUICK, host)) {
            GradingException stop = assertThrows(GradingException.class, () -> gradeAll(desk, 2));
            assertTrue(stop.getMessage().contains("started nothing"), stop.getMessage());
        } finally {
            release.countDown();
            host.shutdown();
            assertTrue(host.awaitTermination(5, TimeUnit.SECONDS));
        }
    }

    @Test
    void aHostsThreadIsHandedBackWithoutOurInterrupt() throws Exception {
        // A pool of the JDK clears the flag itself; this host does not.
        List<Thread> threads = new ArrayList<>();
        List<Boolean> leaked = java.util.Collections.synchronizedList(new ArrayList<>());
        java.util.concurrent.Executor host = task -> {
            Thread thread = new Thread(() -> {
                task.run();
                leaked.add(Thread.currentThread().isInterrupted());
            });
            threads.add(thread);
            thread.start();
        };
        Grader polite = (prompt, completion) -> {
            while (!Deadline.current().passed()) {
                Thread.onSpinWait();
            }
            return Grade.of(1);
        };
        Grader stubborn = (prompt, completion) -> {
            long end = System.nanoTime() + 90_000_000;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return Grade.of(1);
        };
        for (Grader grader : List.of(polite, stubborn, stubborn)) {
            try (GradingDesk desk = new GradingDesk(single(grader), QUICK, host)) {
                gradeAll(desk, 1);
                for (Thread thread : threads) {
                    thread.join(5000);
                }
            }
        }
        assertEquals(List.of(false, false, false), leaked);
    }

    @Test
    void gradersRunAtOnceOnNamedDaemons() throws Exception {
        Set<String> names = ConcurrentHashMap.newKeySet();
        // Nobody gets past it before sixteen are there.
        CyclicBarrier allAtOnce = new CyclicBarrier(16);
        GradingLimits wide = new GradingLimits(16, Duration.ofSeconds(5), 1, Duration.ofSeconds(1), 1);
        Grader grader = (prompt, completion) -> {
            names.add(Thread.currentThread().getName());
            assertTrue(Thread.currentThread().isDaemon());
            allAtOnce.await();
            return Grade.of(1);
        };
        try (GradingDesk desk = new GradingDesk(single(grader), wide, null)) {
            assertEquals(java.util.Collections.nCopies(64, Grade.of(1)), gradeAll(desk, 64));
        }
        assertEquals(16, names.size());
        assertTrue(names.stream().allMatch(n -> n.startsWith("reft-grader-")), names.toString());
    }

    @Test
    void closingEndsTheThreads() throws Exception {
        GradingDesk desk = new GradingDesk(single((prompt, completion) -> Grade.of(1)), QUICK, null);
        gradeAll(desk, 4);
        Set<Thread> before = ConcurrentHashMap.newKeySet();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("reft-grader-")) {
                before.add(thread);
            }
        }
        assertFalse(before.isEmpty());
        desk.close();
        for (Thread thread : before) {
            thread.join(5000);
            assertFalse(thread.isAlive(), thread.getName());
        }
    }

    @Test
    void memoryTroubleOfAGraderReachesTheRun() throws Exception {
        OutOfMemoryError error = new OutOfMemoryError("test");
        GroupGrader grader = (prompt, group) -> {
            throw error;
        };
        try (GradingDesk desk = new GradingDesk(grader, QUICK, null)) {
            GradingJob job = desk.submit(Prompt.text("p", "q", ""), List.of(completion(0)));
            while (!desk.done(job)) {
                Thread.onSpinWait();
            }
            assertSame(error, assertThrows(GradingException.class, desk::poll).getCause());
        }
    }

    @Test
    void aGraderMayStopTheRun() throws Exception {
        Grader grader = (prompt, completion) -> {
            throw new GradingException("too many failed: one, two", null);
        };
        try (GradingDesk desk = new GradingDesk(single(grader), QUICK, null)) {
            GradingException stop = assertThrows(GradingException.class, () -> {
                while (true) {
                    gradeAll(desk, 2);
                }
            });
            assertEquals("too many failed: one, two", stop.getMessage());
        }
    }
}
