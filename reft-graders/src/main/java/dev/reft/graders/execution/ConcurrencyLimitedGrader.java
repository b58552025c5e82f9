package dev.reft.graders.execution;

import dev.reft.generation.Completion;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Lets only so many gradings run at once, as a remote service asks; the others wait in the order of their coming. */
public final class ConcurrencyLimitedGrader implements Grader {
    private final Grader grader;
    private final int limit;
    private final Semaphore permits;

    /**
     * Limits a grader.
     *
     * @param grader what is limited
     * @param limit gradings at once, &gt;= 1
     * @throws IllegalArgumentException if the limit is below 1
     */
    public ConcurrencyLimitedGrader(Grader grader, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit of " + limit + " gradings at once");
        }
        this.grader = grader;
        this.limit = limit;
        this.permits = new Semaphore(limit, true);
    }

    /**
     * Waits for its turn and grades.
     *
     * @throws TimeoutException if the thread's deadline passes before its turn
     * @throws Exception what the grader throws
     */
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        if (!permits.tryAcquire(Deadline.current().remaining().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new TimeoutException(
                    "prompt '" + prompt.id() + "': out of time while " + limit + " other gradings ran");
        }
        try {
            return grader.grade(prompt, completion);
        } finally {
            permits.release();
        }
    }
}
