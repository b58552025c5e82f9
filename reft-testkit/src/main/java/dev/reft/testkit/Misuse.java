package dev.reft.testkit;

import org.jspecify.annotations.Nullable;

/** A caller broke a rule of the SPI. An error, so that no handler of failures hides it from a test. */
public final class Misuse extends AssertionError {
    private static final long serialVersionUID = 1L;

    /**
     * A broken rule.
     *
     * @param message which rule, and with what
     * @param where where the thing in question was opened, or null
     */
    public Misuse(String message, @Nullable Throwable where) {
        super(message, where);
    }
}
