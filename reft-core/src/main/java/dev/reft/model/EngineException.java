package dev.reft.model;

/** An engine failed at something that the caller could not have known. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What failed. The enum grows. */
    public enum Kind {
        /** No memory was left on the device or the host. */
        OUT_OF_MEMORY,
        /** The device is gone; open the model again. */
        DEVICE_LOST,
        /** Anything else. */
        OTHER
    }

    /** What failed. */
    private final Kind kind;

    /**
     * A failure.
     *
     * @param kind what failed
     * @param message what was being done, and what the engine said in its first paragraph
     * @param cause the engine's own exception
     */
    public EngineException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /**
     * What failed.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }
}
