package dev.reft.grading;

import dev.reft.generation.Completion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Completions of one prompt on their way through a grader; guarded by the desk's lock.
 *
 * <p>The grades are there as soon as the time limit is over, though the grader may still be running then.
 */
public final class GradingJob {
    enum State {
        QUEUED,
        RUNNING,
        /** Interrupted, but not ended yet: it has its grades and may turn out to be stuck. */
        INTERRUPTED,
        /** Ended, or given up. */
        OVER
    }

    final Prompt prompt;
    final List<Completion> completions;
    State state = State.QUEUED;
    long since;
    int attempt;
    /** Whether the desk interrupted the thread that runs it. */
    boolean interrupted;

    @Nullable
    Thread thread;

    @Nullable
    List<Grade> grades;

    GradingJob(Prompt prompt, List<Completion> completions) {
        this.prompt = prompt;
        this.completions = List.copyOf(completions);
    }

    List<Grade> failed(Exception cause) {
        return new ArrayList<>(Collections.nCopies(completions.size(), new Grade.Failed(cause, Math.max(1, attempt))));
    }

    TimeoutException timeout(GradingLimits limits) {
        return new TimeoutException(
                "prompt '" + prompt.id() + "': grading took longer than its limit of " + limits.timeLimit());
    }
}
