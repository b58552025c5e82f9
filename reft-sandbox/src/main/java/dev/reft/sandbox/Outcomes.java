package dev.reft.sandbox;

import dev.reft.graders.programs.ProgramOutcome;
import dev.reft.graders.programs.ProgramTask;
import java.time.Duration;
import java.util.Optional;

/** Outcomes that need no interpreter. */
final class Outcomes {
    private Outcomes() {}

    /** The outcome of a source beyond the limit. */
    static Optional<ProgramOutcome> tooLong(ProgramTask task) {
        int length = task instanceof ProgramTask.Call call
                ? call.source().length()
                : task instanceof ProgramTask.Script script
                        ? script.source().length()
                        : task instanceof ProgramTask.Check check
                                ? check.source().length()
                                : 0;
        return length <= ProgramTask.MAX_SOURCE
                ? Optional.empty()
                : Optional.of(new ProgramOutcome.Crashed(
                        "the program has " + length + " characters, more than " + ProgramTask.MAX_SOURCE,
                        Duration.ZERO));
    }
}
