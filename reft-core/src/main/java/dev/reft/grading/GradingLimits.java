package dev.reft.grading;

import java.time.Duration;

/**
 * How graders are run.
 *
 * @param threads threads of the trainer's or executor's own pool, &gt;= 1; without effect on a host's executor
 * @param timeLimit for one try at one sample (one group with a group grader), counted from when it starts to run; positive
 * @param attempts how often a grading that throws is tried, &gt;= 1. One that ran out of time is not tried again
 * @param grace how long an interrupted grader may take to end before it counts as stuck, positive
 * @param maxStuck the run stops when this many graders were stuck, &gt;= 1
 */
public record GradingLimits(int threads, Duration timeLimit, int attempts, Duration grace, int maxStuck) {
    /** Two threads, 30 seconds a sample, two attempts, a second of grace, stop at ten stuck graders. */
    public static final GradingLimits DEFAULT =
            new GradingLimits(2, Duration.ofSeconds(30), 2, Duration.ofSeconds(1), 10);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is not positive
     */
    public GradingLimits {
        if (threads < 1 || attempts < 1 || maxStuck < 1) {
            throw new IllegalArgumentException("threads " + threads + ", attempts " + attempts + " and maxStuck "
                    + maxStuck + " must be positive");
        }
        if (timeLimit.isNegative() || timeLimit.isZero() || grace.isNegative() || grace.isZero()) {
            throw new IllegalArgumentException("timeLimit " + timeLimit + " and grace " + grace + " must be positive");
        }
    }
}
