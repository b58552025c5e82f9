package dev.reft.graders.programs;

import java.time.Duration;

/** What came of a task: every outcome is the candidate's own. The type grows; callers keep a default branch. */
public sealed interface ProgramOutcome {
    /**
     * How long it ran.
     *
     * @return wall-clock time
     */
    Duration took();

    /**
     * It ended as it should.
     *
     * @param value what the function of a {@link ProgramTask.Call} returned; none for other tasks
     * @param output what it wrote to standard output
     * @param took wall-clock time
     */
    record Completed(PythonValue value, String output, Duration took) implements ProgramOutcome {}

    /**
     * It ended by an exception.
     *
     * @param type the exception's name, such as {@code ZeroDivisionError}
     * @param message its text
     * @param trace Python's report of it, or ""
     * @param missing the name that could not be imported or found, or ""
     * @param output what it had written to standard output
     * @param took wall-clock time
     */
    record Raised(String type, String message, String trace, String missing, String output, Duration took)
            implements ProgramOutcome {}

    /**
     * It reached a limit and was stopped.
     *
     * @param limit which
     * @param took wall-clock time
     */
    record Stopped(Limit limit, Duration took) implements ProgramOutcome {}

    /**
     * It ended without finishing: it left its interpreter, broke it, or answered what is no answer.
     *
     * @param how one sentence
     * @param took wall-clock time
     */
    record Crashed(String how, Duration took) implements ProgramOutcome {}

    /** The limits. The enum grows. */
    enum Limit {
        /** Wall-clock or processor time. */
        TIME,
        /** Memory, the stack included. */
        MEMORY,
        /** Standard output, or the size of the answer. */
        OUTPUT
    }
}
