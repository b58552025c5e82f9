package dev.reft.graders.programs;

import dev.reft.graders.PythonText;
import dev.reft.grading.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** Runs tasks within the grading's deadline, and puts outcomes into words. */
final class Runs {
    /** Backends count whole milliseconds, so a program's own limit may seem to have come this much early. */
    private static final Duration ROUNDING = Duration.ofMillis(1);

    private Runs() {}

    /** Runs a task. A program that the grading's deadline cut short was not judged: that throws. */
    static ProgramOutcome run(ProgramRunner runner, ProgramTask task, ProgramLimits limits)
            throws SandboxException, InterruptedException, TimeoutException {
        Deadline.current().check();
        ProgramOutcome outcome = runner.run(task, limits);
        if (outcome instanceof ProgramOutcome.Stopped stopped
                && stopped.limit() == ProgramOutcome.Limit.TIME
                && stopped.took().plus(ROUNDING).compareTo(limits.time()) < 0) {
            throw new TimeoutException(
                    "the grading's deadline came before the program's own limit of " + limits.time());
        }
        return outcome;
    }

    static String why(ProgramOutcome outcome) {
        if (outcome instanceof ProgramOutcome.Completed completed) {
            return "completed with " + excerpt(completed.value().text());
        }
        if (outcome instanceof ProgramOutcome.Raised raised) {
            return raised.trace().isEmpty() ? raised.type() + ": " + excerpt(raised.message()) : raised.trace();
        }
        if (outcome instanceof ProgramOutcome.Stopped stopped) {
            return "stopped at its limit of " + stopped.limit() + " after " + stopped.took();
        }
        return outcome instanceof ProgramOutcome.Crashed crashed ? crashed.how() : outcome.toString();
    }

    static String excerpt(String text) {
        return "'" + PythonText.last(text, 60) + "'";
    }
}
