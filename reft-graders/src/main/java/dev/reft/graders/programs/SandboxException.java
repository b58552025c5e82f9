package dev.reft.graders.programs;

import java.io.Serial;

/** The sandbox failed, or cannot be had here: nothing is known about the program, so the grading is a failure. */
public final class SandboxException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message what failed
     */
    public SandboxException(String message) {
        super(message);
    }

    /**
     * A failure with its cause.
     *
     * @param message what failed
     * @param cause why
     */
    public SandboxException(String message, Throwable cause) {
        super(message, cause);
    }
}
