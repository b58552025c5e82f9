package dev.reft.graders.judges;

import dev.reft.grading.Deadline;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;

/**
 * Repeats a call that failed and may fare better later: waits double from {@code first} to {@code longest}, each shortened at
 * random by up to a half so that many graders do not return at once, and never end before the server's own wish. A wait
 * that would outlast the grading's time is not begun.
 *
 * @param attempts how often in all, &gt;= 1
 * @param first wait
 * @param longest wait that is borne, also one that the server asks for
 */
record Retries(int attempts, Duration first, Duration longest) {
    static final Retries DEFAULT = new Retries(4, Duration.ofMillis(500), Duration.ofSeconds(60));

    Retries {
        if (attempts < 1 || first.isNegative() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException(attempts + " attempts with waits from " + first + " to " + longest);
        }
    }

    /** One attempt. */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws JudgeException, TimeoutException, InterruptedException;
    }

    <T> T run(Attempt<T> attempt) throws JudgeException, TimeoutException, InterruptedException {
        for (int made = 1; ; made++) {
            try {
                return attempt.run();
            } catch (JudgeException e) {
                if (!e.retryable() || made >= attempts) {
                    throw e;
                }
                Duration wait = wait(made, e);
                if (wait.compareTo(longest) > 0 || wait.compareTo(Deadline.current().remaining()) >= 0) {
                    throw e;
                }
                Thread.sleep(wait.toMillis());
            }
        }
    }

    private Duration wait(int made, JudgeException failure) {
        long doubled = first.toMillis() << Math.min(made - 1, 20);
        long own = Math.min(doubled, longest.toMillis());
        long jittered = own - (own > 1 ? ThreadLocalRandom.current().nextLong(own / 2 + 1) : 0);
        long wished = failure.retryAfter().map(Duration::toMillis).orElse(0L);
        return Duration.ofMillis(Math.max(jittered, wished));
    }
}
