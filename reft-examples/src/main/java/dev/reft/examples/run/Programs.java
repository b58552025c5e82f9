package dev.reft.examples.run;

import dev.reft.graders.AnswerScores;
import dev.reft.graders.ReftRule;
import dev.reft.graders.programs.ProgramGrader;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.ProgramRunner;
import dev.reft.graders.programs.ProgramRunners;
import dev.reft.graders.programs.RunnerSpec;
import dev.reft.graders.programs.SandboxException;
import dev.reft.grading.Grader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where answers that are programs are run: one embedded sandbox for the process, opened for the first of them and closed when the process
 * ends.
 */
final class Programs {
    private static @Nullable ProgramRunner runner;

    private Programs() {}

    /** Runs the program of an answer and compares what it returns. */
    static Grader grader(ReftRule rule, AnswerScores scores) {
        ProgramRunner open = runner();
        try {
            List<String> lacking = open.missing(ProgramGrader.PUBLISHED_IMPORTS);
            List<String> there = new ArrayList<>(ProgramGrader.PUBLISHED_IMPORTS);
            there.removeAll(lacking);
            return new ProgramGrader(rule, scores, open, ProgramLimits.DEFAULT, there, lacking);
        } catch (SandboxException e) {
            throw new IllegalStateException("asking the sandbox for its modules: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking the sandbox for its modules", e);
        }
    }

    private static synchronized ProgramRunner runner() {
        ProgramRunner open = runner;
        if (open == null) {
            try {
                open = ProgramRunners.open(RunnerSpec.embedded());
            } catch (SandboxException e) {
                throw new IllegalStateException("opening the sandbox for programs: " + e.getMessage(), e);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(open::close, "close the sandbox"));
            runner = open;
        }
        return open;
    }
}
