package dev.reft.graders.programs;

import java.util.OptionalDouble;

/**
 * A value that a program returned, as told by the program's own interpreter: untrusted.
 *
 * @param kind what it is
 * @param text its {@code str()}, or "" if that failed
 * @param number its {@code float()}, possibly NaN or infinite; empty if that failed
 */
public record PythonValue(Kind kind, String text, OptionalDouble number) {
    /** {@code None}. */
    public static final PythonValue NONE = new PythonValue(Kind.NONE, "None", OptionalDouble.empty());

    /** The kinds of values; each includes subclasses. The enum grows. */
    public enum Kind {
        /** {@code None}. */
        NONE,
        /** {@code bool}. */
        BOOL,
        /** {@code int}. */
        INTEGER,
        /** {@code float}. */
        REAL,
        /** {@code str}. */
        TEXT,
        /** Any other: containers, sympy's numbers, and so on. */
        OTHER
    }
}
