package dev.reft.grading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A deadline is bound to the thread that grades, and no longer than the grading. */
class DeadlineTest {
    @Test
    void outsideOfAGradingThereIsNone() throws Exception {
        assertSame(Deadline.NEVER, Deadline.current());
        assertFalse(Deadline.NEVER.passed());
        Deadline.NEVER.check();
        assertEquals(Duration.ofNanos(Long.MAX_VALUE), Deadline.NEVER.remaining());
    }

    @Test
    void itIsBoundWhileTheTaskRunsAlsoWhenItThrows() throws Exception {
        Deadline outer = Deadline.in(Duration.ofMinutes(5));
        Deadline inner = Deadline.in(Duration.ofMinutes(1));
        String result = outer.call(() -> {
            assertSame(outer, Deadline.current());
            assertThrows(
                    IllegalStateException.class,
                    () -> inner.call(() -> {
                        assertSame(inner, Deadline.current());
                        throw new IllegalStateException();
                    }));
            assertSame(outer, Deadline.current());
            return "done";
        });
        assertEquals("done", result);
        assertSame(Deadline.NEVER, Deadline.current());
    }

    @Test
    void otherThreadsDoNotSeeIt() throws Exception {
        Deadline mine = Deadline.in(Duration.ofMinutes(5));
        Deadline[] seen = new Deadline[1];
        mine.call(() -> {
            Thread other = new Thread(() -> seen[0] = Deadline.current());
            other.start();
            other.join();
            return 0;
        });
        assertSame(Deadline.NEVER, seen[0]);
    }

    @Test
    void itPasses() throws Exception {
        Deadline soon = Deadline.in(Duration.ofMillis(5));
        assertTrue(soon.remaining().compareTo(Duration.ofMillis(5)) <= 0);
        while (!soon.remaining().isZero()) {
            Thread.onSpinWait();
        }
        assertTrue(soon.passed());
        assertEquals(Duration.ZERO, soon.remaining());
        String message = assertThrows(TimeoutException.class, soon::check).getMessage();
        assertTrue(message.contains("PT0.005S"), message);
    }

    @Test
    void anInterruptedThreadIsToldToEnd() {
        Deadline later = Deadline.in(Duration.ofMinutes(5));
        assertFalse(later.passed());
        Thread.currentThread().interrupt();
        try {
            assertTrue(later.passed());
            assertTrue(Deadline.NEVER.passed());
        } finally {
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void aLimitMustBePositive() {
        for (Duration bad : new Duration[] {Duration.ZERO, Duration.ofSeconds(-1)}) {
            String message = assertThrows(IllegalArgumentException.class, () -> Deadline.in(bad))
                    .getMessage();
            assertTrue(message.contains(bad.toString()), message);
        }
    }

    @Test
    void aVeryLongLimitDoesNotOverflow() {
        Deadline far = Deadline.in(Duration.ofDays(365L * 200));
        assertFalse(far.passed());
        assertTrue(far.remaining().toDays() > 365L * 199);
    }
}
