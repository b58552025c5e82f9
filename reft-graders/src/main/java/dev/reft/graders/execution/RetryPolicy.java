package dev.reft.graders.execution;

import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * When and how soon a failed grading is tried again: the pauses grow by a factor, and a share of each is random, so that clients that
 * failed together do not come back together.
 *
 * @param attempts tries in all, &gt;= 1
 * @param pause before the second try, positive
 * @param factor by which each further pause is longer, &gt;= 1
 * @param longest bound of a pause, &gt;= pause; a service's own wish may be longer
 * @param jitter random share of a pause, from 0 to 1
 * @param retryable which exceptions are worth another try; time-outs of the deadline and interrupts never are
 */
public record RetryPolicy(
        int attempts, Duration pause, double factor, Duration longest, double jitter, Predicate<Exception> retryable) {
    /** Four tries, half a second, twice as long each time, half a minute at most, half of it random; what {@link #isTransient}. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(4, Duration.ofMillis(500), 2, Duration.ofSeconds(30), 0.5, RetryPolicy::isTransient);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public RetryPolicy {
        if (attempts < 1 || !(factor >= 1 && factor <= 1000) || !(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException(
                    "retries with " + attempts + " attempts, factor " + factor + ", jitter " + jitter);
        }
        if (pause.isNegative() || pause.isZero() || longest.compareTo(pause) < 0) {
            throw new IllegalArgumentException(
                    "retries with a first pause of " + pause + " and a longest of " + longest);
        }
    }

    /**
     * Whether a failure may pass by itself: {@link IOException} and {@link RetryableException}.
     *
     * @param failure what a grader threw
     * @return true if another try may help
     */
    public static boolean isTransient(Exception failure) {
        return failure instanceof IOException || failure instanceof RetryableException;
    }

    /**
     * The pause before another try.
     *
     * @param attempt the try that failed, from 1
     * @param failure what it threw
     * @param seed of the random share
     * @return at least what the failure asks for
     */
    public Duration pauseAfter(int attempt, Exception failure, long seed) {
        double grown = Math.min(longest.toNanos(), pause.toNanos() * Math.pow(factor, attempt - 1));
        double random = new SplittableRandom(seed + attempt).nextDouble();
        Duration own = Duration.ofNanos((long) (grown * (1 - jitter * random)));
        Duration asked = failure instanceof RetryableException retryable ? retryable.retryAfter() : Duration.ZERO;
        return own.compareTo(asked) < 0 ? asked : own;
    }
}
