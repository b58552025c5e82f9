package dev.reft.generation;

/** How a completion ended. The enum grows. */
public enum Finish {
    /** By an end-of-sequence token. */
    END,
    /** By a stop text. */
    STOP,
    /** By its length: it was cut off. */
    LENGTH
}
