package dev.reft.graders.execution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingException;
import dev.reft.grading.Prompt;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DecoratorsTest {
    private static final Prompt PROMPT = Prompt.text("p", "q", "r");
    private static final RetryPolicy QUICK =
            new RetryPolicy(3, Duration.ofMillis(1), 2, Duration.ofMillis(5), 0.5, RetryPolicy::isTransient);

    private static Completion text(String text) {
        return Sample.of(PROMPT, 0, text).completion();
    }

    @Test
    void timeLimitIsPolledAndLateGradesFail() {
        Grader polite = (prompt, completion) -> {
            while (true) {
                Deadline.current().check();
            }
        };
        Grader late = (prompt, completion) -> {
            while (!Deadline.current().remaining().isZero()) {
                Thread.onSpinWait();
            }
            return Grade.of(1);
        };
        for (Grader grader : List.of(polite, late)) {
            long start = System.nanoTime();
            assertThrows(
                    TimeoutException.class,
                    () -> new TimeLimitedGrader(grader, Duration.ofMillis(20)).grade(PROMPT, text("")));
            assertTrue(System.nanoTime() - start < 2_000_000_000L);
        }
        assertThrows(IllegalArgumentException.class, () -> new TimeLimitedGrader(late, Duration.ZERO));
    }

    @Test
    void theEarlierDeadlineStays() throws Exception {
        List<Duration> seen = new ArrayList<>();
        Grader grader = new TimeLimitedGrader(
                (prompt, completion) -> {
                    seen.add(Deadline.current().remaining());
                    return Grade.of(1);
                },
                Duration.ofHours(1));
        Deadline.in(Duration.ofMinutes(1)).call(() -> grader.grade(PROMPT, text("")));
        grader.grade(PROMPT, text(""));
        assertTrue(seen.get(0).compareTo(Duration.ofMinutes(1)) <= 0, seen::toString);
        assertTrue(seen.get(1).compareTo(Duration.ofMinutes(1)) > 0, seen::toString);
    }

    @Test
    void onlySoManyRunAtOnce() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        // Pairs wait for each other, so two do run at once.
        CyclicBarrier two = new CyclicBarrier(2);
        Grader grader = new ConcurrencyLimitedGrader(
                (prompt, completion) -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    two.await();
                    running.decrementAndGet();
                    return Grade.of(1);
                },
                2);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<Grade>> all = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                all.add(pool.submit(() -> grader.grade(PROMPT, text(""))));
            }
            for (Future<Grade> one : all) {
                assertEquals(Grade.of(1), one.get());
            }
        } finally {
            pool.shutdownNow();
        }
        assertEquals(2, most.get());
        assertThrows(IllegalArgumentException.class, () -> new ConcurrencyLimitedGrader(grader, 0));
    }

    @Test
    void whoWaitsTooLongForItsTurnIsOutOfTime() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Grader grader = new ConcurrencyLimitedGrader(
                (prompt, completion) -> {
                    started.countDown();
                    release.await();
                    return Grade.of(1);
                },
                1);
        Thread first = new Thread(() -> {
            try {
                grader.grade(PROMPT, text(""));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        first.start();
        started.await();
        assertThrows(
                TimeoutException.class,
                () -> Deadline.in(Duration.ofMillis(20)).call(() -> grader.grade(PROMPT, text(""))));
        release.countDown();
        first.join();
        assertEquals(Grade.of(1), grader.grade(PROMPT, text("")));
    }

    @Test
    void ratesAreKept() throws Exception {
        Grader grader = new RateLimitedGrader((prompt, completion) -> Grade.of(1), 200);
        long start = System.nanoTime();
        for (int i = 0; i < 11; i++) {
            grader.grade(PROMPT, text(""));
        }
        assertTrue(System.nanoTime() - start >= 50_000_000L);
        Grader slow = new RateLimitedGrader((prompt, completion) -> Grade.of(1), 0.1);
        slow.grade(PROMPT, text(""));
        assertThrows(
                TimeoutException.class,
                () -> Deadline.in(Duration.ofMillis(50)).call(() -> slow.grade(PROMPT, text(""))));
        assertThrows(IllegalArgumentException.class, () -> new RateLimitedGrader(slow, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new RateLimitedGrader(slow, 0));
    }

    @Test
    void transientFailuresAreTriedAgain() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Grader flaky = (prompt, completion) -> {
            if (calls.incrementAndGet() < 3) {
                throw new IOException("reset");
            }
            return Grade.of(1);
        };
        assertEquals(Grade.of(1), new RetryingGrader(flaky, QUICK).grade(PROMPT, text("")));
        assertEquals(3, calls.get());
    }

    @Test
    void triesAndTimeRunOut() throws Exception {
        Grader down = (prompt, completion) -> {
            throw new RetryableException("busy", null, Duration.ofMillis(2));
        };
        Grade.Failed failed =
                assertInstanceOf(Grade.Failed.class, new RetryingGrader(down, QUICK).grade(PROMPT, text("")));
        assertEquals(3, failed.attempts());
        assertEquals("busy", failed.cause().getMessage());
        Grader askedToWait = (prompt, completion) -> {
            throw new RetryableException("busy", null, Duration.ofHours(1));
        };
        Grade.Failed atOnce = assertInstanceOf(
                Grade.Failed.class,
                Deadline.in(Duration.ofSeconds(5))
                        .call(() -> new RetryingGrader(askedToWait, QUICK).grade(PROMPT, text(""))));
        assertEquals(1, atOnce.attempts());
        Grader returned = (prompt, completion) -> new Grade.Failed(new IOException("x"), 1);
        assertEquals(3, ((Grade.Failed) new RetryingGrader(returned, QUICK).grade(PROMPT, text(""))).attempts());
    }

    @Test
    void otherFailuresAreNotTriedAgainNeitherHereNorByTheTrainer() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        IllegalStateException broken = new IllegalStateException("broken");
        Grader throwing = (prompt, completion) -> {
            calls.incrementAndGet();
            throw broken;
        };
        Grade.Failed failed =
                assertInstanceOf(Grade.Failed.class, new RetryingGrader(throwing, QUICK).grade(PROMPT, text("")));
        assertSame(broken, failed.cause());
        assertEquals(1, failed.attempts());
        for (Exception failure : List.of(new TimeoutException(), new GradingException("stop", null))) {
            Grader grader = (prompt, completion) -> {
                calls.incrementAndGet();
                throw failure;
            };
            assertSame(
                    failure,
                    assertThrows(Exception.class, () -> new RetryingGrader(grader, QUICK).grade(PROMPT, text(""))));
        }
        assertEquals(3, calls.get());
    }

    @Test
    void pausesGrowToTheirBoundAndHeedTheService() {
        RetryPolicy policy =
                new RetryPolicy(9, Duration.ofMillis(100), 2, Duration.ofMillis(1000), 0, RetryPolicy::isTransient);
        IOException plain = new IOException();
        assertEquals(Duration.ofMillis(100), policy.pauseAfter(1, plain, 1));
        assertEquals(Duration.ofMillis(400), policy.pauseAfter(3, plain, 1));
        assertEquals(Duration.ofMillis(1000), policy.pauseAfter(8, plain, 1));
        assertEquals(
                Duration.ofSeconds(7),
                policy.pauseAfter(1, new RetryableException("", null, Duration.ofSeconds(7)), 1));
        Duration random = RetryPolicy.DEFAULT.pauseAfter(1, plain, 4);
        assertTrue(random.toMillis() >= 250 && random.toMillis() <= 500, random::toString);
        assertThrows(
                IllegalArgumentException.class,
                () -> new RetryPolicy(0, Duration.ofMillis(1), 2, Duration.ofMillis(1), 0, e -> true));
        assertThrows(
                IllegalArgumentException.class,
                () -> new RetryPolicy(1, Duration.ofMillis(2), 2, Duration.ofMillis(1), 0, e -> true));
    }

    @Test
    void cacheAnswersTheSameSampleOfTheSameItemOnly() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Grader counting = (prompt, completion) -> Grade.of(calls.incrementAndGet());
        CachingGrader cache = new CachingGrader(counting, "v1", 100);
        assertEquals(Grade.of(1), cache.grade(PROMPT, text("a")));
        assertEquals(Grade.of(1), cache.grade(PROMPT, Sample.of(PROMPT, 7, "a").completion()));
        assertEquals(Grade.of(2), cache.grade(PROMPT, text("b")));
        assertEquals(Grade.of(3), cache.grade(Prompt.text("p", "q", "R"), text("a")));
        assertEquals(Grade.of(4), cache.grade(Prompt.text("p2", "q", "r"), text("a")));
        assertEquals(Grade.of(5), cache.grade(Prompt.text("p", "q2", "r"), text("a")));
        assertEquals(
                Grade.of(6), cache.grade(new Prompt("p", PROMPT.input(), "r", Map.of("k", List.of(1, 2))), text("a")));
        assertEquals(
                Grade.of(7), cache.grade(new Prompt("p", PROMPT.input(), "r", Map.of("k", List.of(12))), text("a")));
        assertEquals(Grade.of(8), cache.grade(PROMPT, new Completion("p", 0, List.of(), "a", Finish.LENGTH)));
        Segment tokens = new Segment.Sampled(new int[] {1}, new float[0], new float[0]);
        assertEquals(Grade.of(9), cache.grade(PROMPT, new Completion("p", 0, List.of(tokens), "a", Finish.END)));
        assertEquals(Grade.of(10), cache.grade(PROMPT, text("\ud800")));
        assertEquals(Grade.of(11), cache.grade(PROMPT, text("\ud801")));
        assertEquals(1, cache.hits());
        assertEquals(11, cache.misses());
    }

    @Test
    void cacheKeepsNoFailuresAndForgetsTheOldest() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Grader grader = (prompt, completion) -> {
            if (calls.incrementAndGet() == 1) {
                throw new IOException("once");
            }
            return Grade.of(calls.get());
        };
        CachingGrader cache = new CachingGrader(grader, "", 2);
        assertThrows(IOException.class, () -> cache.grade(PROMPT, text("a")));
        assertEquals(Grade.of(2), cache.grade(PROMPT, text("a")));
        assertEquals(Grade.of(3), cache.grade(PROMPT, text("b")));
        assertEquals(Grade.of(2), cache.grade(PROMPT, text("a")));
        assertEquals(Grade.of(4), cache.grade(PROMPT, text("c")));
        assertEquals(Grade.of(2), cache.grade(PROMPT, text("a")));
        assertEquals(Grade.of(5), cache.grade(PROMPT, text("b")));
    }

    @Test
    void aFailureThatIsReturnedIsNotKeptEither() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Grader grader = (prompt, completion) ->
                calls.incrementAndGet() == 1 ? new Grade.Failed(new IOException("once"), 4) : Grade.of(1);
        CachingGrader cache = new CachingGrader(grader, "", 2);
        assertEquals(4, ((Grade.Failed) cache.grade(PROMPT, text("a"))).attempts());
        assertEquals(Grade.of(1), cache.grade(PROMPT, text("a")));
    }

    @Test
    void equalSamplesAtOnceAreGradedOnce() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger asked = new AtomicInteger();
        Grader slow = (prompt, completion) -> {
            while (asked.get() < 6) {
                Thread.onSpinWait();
            }
            return Grade.of(calls.incrementAndGet());
        };
        CachingGrader cache = new CachingGrader(slow, "", 100);
        ExecutorService pool = Executors.newFixedThreadPool(6);
        try {
            List<Future<Grade>> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                all.add(pool.submit(() -> {
                    asked.incrementAndGet();
                    return cache.grade(PROMPT, text("a"));
                }));
            }
            for (Future<Grade> one : all) {
                assertEquals(Grade.of(1), one.get());
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void guardStopsAtTheShareWithExamples() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Grader half = (prompt, completion) -> {
            if (calls.incrementAndGet() % 2 == 0) {
                throw new IOException("down " + calls);
            }
            return Grade.of(0);
        };
        ErrorRateGuard bears = new ErrorRateGuard(half, 0.5, 4, 2);
        for (int i = 0; i < 20; i++) {
            try {
                bears.grade(PROMPT, text(""));
            } catch (IOException e) {
                assertTrue(e.getMessage().startsWith("down"));
            }
        }
        calls.set(0);
        ErrorRateGuard strict = new ErrorRateGuard(half, 0.4, 4, 2);
        GradingException stop = assertThrows(GradingException.class, () -> {
            while (true) {
                try {
                    strict.grade(PROMPT, text(""));
                } catch (IOException e) {
                    assertTrue(calls.get() < 4);
                }
            }
        });
        assertEquals(4, calls.get());
        assertTrue(stop.getMessage().contains("2 of the last 4"), stop.getMessage());
        assertTrue(stop.getMessage().contains("down 2") && stop.getMessage().contains("down 4"), stop.getMessage());
        assertThrows(GradingException.class, () -> strict.grade(PROMPT, text("")));
        assertEquals(4, calls.get());
        assertThrows(IllegalArgumentException.class, () -> new ErrorRateGuard(half, 1, 4, 2));
    }
}
