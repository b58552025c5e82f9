package dev.reft.graders.execution;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.concurrent.TimeoutException;

/** Starts only so many gradings a second, evenly spaced. */
public final class RateLimitedGrader implements Grader {
    private final Grader grader;
    private final RateLimit limit;

    /**
     * Limits a grader.
     *
     * @param grader what is limited
     * @param perSecond gradings a second, positive and finite, at least one a day
     * @throws IllegalArgumentException if the rate is none of that
     */
    public RateLimitedGrader(Grader grader, double perSecond) {
        this.grader = grader;
        this.limit = new RateLimit(perSecond);
    }

    /**
     * Waits for its turn and grades.
     *
     * @throws TimeoutException if its turn would come after the thread's deadline; no turn is used up then
     * @throws Exception what the grader throws
     */
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        limit.take("prompt '" + prompt.id() + "'");
        return grader.grade(prompt, completion);
    }
}
