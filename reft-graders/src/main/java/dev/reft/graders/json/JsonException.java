package dev.reft.graders.json;

import org.jspecify.annotations.Nullable;

/** A text that is no JSON as it is read here; the message says why and where. */
public final class JsonException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * A complaint.
     *
     * @param message what is wrong, and where
     * @param cause what the parser threw, or null
     */
    JsonException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
