package dev.reft.graders.judges;

import dev.reft.graders.execution.RetryPolicy;
import dev.reft.grading.Deadline;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;

/**
 * Repeats one call to a service under a {@link RetryPolicy}: within a grading that asks several times, what was answered is
 * not asked again. A pause that would outlast the grading's time, or is longer than {@link #LONGEST_WISH}, is not begun.
 */
final class Retries {
    /** Longer pauses that a service asks for are its way of saying no. */
    static final Duration LONGEST_WISH = Duration.ofMinutes(5);

    private Retries() {}

    /** One attempt. */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws JudgeException, TimeoutException, InterruptedException;
    }

    static <T> T run(RetryPolicy policy, Attempt<T> attempt)
            throws JudgeException, TimeoutException, InterruptedException {
        long seed = ThreadLocalRandom.current().nextLong();
        for (int made = 1; ; made++) {
            try {
                return attempt.run();
            } catch (JudgeException e) {
                if (!e.retryable() || made >= policy.attempts()) {
                    throw e.afterRepeats();
                }
                Duration own = policy.pauseAfter(made, e, seed);
                Duration wish = e.retryAfter().orElse(Duration.ZERO);
                Duration pause = own.compareTo(wish) < 0 ? wish : own;
                if (pause.compareTo(LONGEST_WISH) > 0
                        || pause.compareTo(Deadline.current().remaining()) >= 0) {
                    throw e.afterRepeats();
                }
                Thread.sleep(pause.toMillis());
            }
        }
    }
}
