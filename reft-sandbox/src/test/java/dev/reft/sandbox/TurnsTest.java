package dev.reft.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.programs.SandboxException;
import dev.reft.grading.Deadline;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TurnsTest {
    @Test
    void aProgramsOwnLimitIsRoundedUp() throws Exception {
        assertEquals(Duration.ofMillis(251), Turns.left(Duration.ofNanos(250_000_001)));
        assertEquals(Duration.ofMillis(250), Turns.left(Duration.ofMillis(250)));
        assertEquals(Duration.ofMillis(1), Turns.left(Duration.ofNanos(1)));
    }

    @Test
    void theGradingsTimeIsNeverExceeded() throws Exception {
        for (int i = 0; i < 100; i++) {
            Duration limit = Duration.ofNanos(60_000_000 + 7_919L * i);
            Duration given = Deadline.in(limit).call(() -> Turns.left(Duration.ofSeconds(10)));
            assertTrue(given.compareTo(limit) <= 0, given + " of " + limit);
            assertEquals(0, given.toNanos() % 1_000_000);
            assertTrue(given.toMillis() >= 1);
        }
    }

    @Test
    void lessThanAMillisecondIsNoTime() {
        assertThrows(
                SandboxException.class,
                () -> Deadline.in(Duration.ofNanos(900_000)).call(() -> Turns.left(Duration.ofSeconds(10))));
    }
}
