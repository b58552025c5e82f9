package dev.reft.graders.execution;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A failure that may pass, thrown by graders to be tried again by {@link RetryingGrader}; a service may say when. */
public final class RetryableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /**
     * A failure that may pass.
     *
     * @param message what happened
     * @param cause why, or null
     * @param retryAfter how long the service asks to wait, as in HTTP's Retry-After; zero if it does not say
     * @throws IllegalArgumentException if that is negative
     */
    public RetryableException(String message, @Nullable Throwable cause, Duration retryAfter) {
        super(message, cause);
        if (retryAfter.isNegative()) {
            throw new IllegalArgumentException("retry after " + retryAfter);
        }
        this.retryAfter = retryAfter;
    }

    /**
     * How long the service asks to wait.
     *
     * @return zero if it does not say
     */
    public Duration retryAfter() {
        return retryAfter;
    }
}
