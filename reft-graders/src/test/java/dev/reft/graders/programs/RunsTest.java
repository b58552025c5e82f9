package dev.reft.graders.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A program stopped by its own limit is judged; one stopped by the grading's deadline is not. */
class RunsTest {
    private static ProgramOutcome run(Duration limit, Duration took) throws Exception {
        ProgramOutcome stopped = new ProgramOutcome.Stopped(ProgramOutcome.Limit.TIME, took);
        ProgramRunner runner = new ScriptedRunner(task -> stopped, List.of());
        return Runs.run(runner, new ProgramTask.Script("", ""), ProgramLimits.DEFAULT.withTime(limit));
    }

    @Test
    void fractionsOfAMillisecondDoNotTurnAVerdictIntoAFailure() throws Exception {
        Duration limit = Duration.ofNanos(250_700_000);
        for (Duration took : List.of(limit, Duration.ofMillis(250), Duration.ofNanos(250_600_001))) {
            assertEquals(took, ((ProgramOutcome.Stopped) run(limit, took)).took());
        }
    }

    @Test
    void lessTimeThanTheLimitIsTheDeadlines() {
        assertThrows(TimeoutException.class, () -> run(Duration.ofMillis(250), Duration.ofMillis(240)));
    }
}
