package dev.reft.graders.execution;

import dev.reft.generation.Completion;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * Gives each grading a deadline of its own, which the grader polls. A grader that does not poll is not stopped here but by the trainer's or
 * {@link GradingExecutor}'s limit; a grade that comes late is a failure either way.
 *
 * @param grader what is limited
 * @param limit for one grading, positive; an earlier deadline of the thread stays
 */
public record TimeLimitedGrader(Grader grader, Duration limit) implements Grader {
    /**
     * Checks the limit.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public TimeLimitedGrader {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("time limit " + limit + " must be positive");
        }
    }

    /**
     * Grades within the limit.
     *
     * @throws TimeoutException if the grader gave up, or gave its grade too late
     * @throws Exception what the grader throws
     */
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        Deadline outer = Deadline.current();
        outer.check();
        Duration left = outer.remaining();
        Deadline deadline = left.compareTo(limit) > 0 ? Deadline.in(limit) : outer;
        Grade grade = deadline.call(() -> grader.grade(prompt, completion));
        deadline.check();
        return grade;
    }
}
