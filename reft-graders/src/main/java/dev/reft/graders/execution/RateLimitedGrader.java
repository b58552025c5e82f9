package dev.reft.graders.execution;

import dev.reft.generation.Completion;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts only so many gradings a second, evenly spaced. */
public final class RateLimitedGrader implements Grader {
    private final Grader grader;
    private final long interval;
    private final Object lock = new Object();
    private long next = System.nanoTime();

    /**
     * Limits a grader.
     *
     * @param grader what is limited
     * @param perSecond gradings a second, positive and finite, at least one a day
     * @throws IllegalArgumentException if the rate is none of that
     */
    public RateLimitedGrader(Grader grader, double perSecond) {
        if (!(perSecond >= 1.0 / 86_400) || Double.isInfinite(perSecond)) {
            throw new IllegalArgumentException("rate of " + perSecond + " gradings a second");
        }
        this.grader = grader;
        this.interval = (long) (1e9 / perSecond);
    }

    /**
     * Waits for its turn and grades.
     *
     * @throws TimeoutException if its turn would come after the thread's deadline; no turn is used up then
     * @throws Exception what the grader throws
     */
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        long wait;
        synchronized (lock) {
            long now = System.nanoTime();
            wait = Math.max(0, next - now);
            if (wait > Deadline.current().remaining().toNanos()) {
                throw new TimeoutException("prompt '" + prompt.id() + "': the rate limit lets it start in "
                        + TimeUnit.NANOSECONDS.toMillis(wait) + " ms, after its deadline");
            }
            next = now + wait + interval;
        }
        if (wait > 0) {
            TimeUnit.NANOSECONDS.sleep(wait);
        }
        return grader.grade(prompt, completion);
    }
}
