package dev.reft.grading;

import org.jspecify.annotations.Nullable;

/**
 * Grading cannot go on: too many graders hang, none makes progress, or every sample of a step failed. A grader may throw it: that stops
 * the run, where any other exception fails one sample.
 */
public final class GradingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A stop.
     *
     * @param message what happened, with the numbers
     * @param cause the last failure, or null
     */
    public GradingException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
