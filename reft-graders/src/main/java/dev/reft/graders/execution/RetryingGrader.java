package dev.reft.graders.execution;

import dev.reft.generation.Completion;
import dev.reft.grading.Deadline;
import dev.reft.grading.FinalFailure;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingException;
import dev.reft.grading.Prompt;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Tries a grading again after failures that may pass. Where the policy has no further try, or the failure
 * is a {@link FinalFailure}, the grade is {@link Grade.Failed} with the last failure and the number of tries, so that a trainer does not
 * start over.
 *
 * @param grader what is tried
 * @param policy when and how soon
 */
public record RetryingGrader(Grader grader, RetryPolicy policy) implements Grader {
    /**
     * Grades, as often as the policy allows.
     *
     * @throws Exception what stops the run, a time-out, an interrupt; any other failure is returned as {@link Grade.Failed}
     */
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        long seed = Objects.hash(prompt.id(), completion.sample());
        for (int attempt = 1; ; attempt++) {
            Exception failure;
            try {
                Grade grade = grader.grade(prompt, completion);
                if (!(grade instanceof Grade.Failed failed)) {
                    return grade;
                }
                failure = failed.cause();
            } catch (GradingException | TimeoutException | InterruptedException e) {
                throw e;
            } catch (Exception e) {
                failure = e;
            }
            if (FinalFailure.in(failure) || !policy.retryable().test(failure)) {
                return new Grade.Failed(failure, attempt);
            }
            long pause = policy.pauseAfter(attempt, failure, seed).toNanos();
            if (attempt == policy.attempts()
                    || pause >= Deadline.current().remaining().toNanos()) {
                return new Grade.Failed(failure, attempt);
            }
            TimeUnit.NANOSECONDS.sleep(pause);
        }
    }
}
