package dev.reft.sandbox;

import java.io.Serial;

/** Ends a guest from within one of its calls of the host. */
final class Ended extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Why. */
    enum Kind {
        /** It wrote too much. */
        OUTPUT
    }

    private final Kind kind;

    Ended(Kind kind) {
        super("ended: " + kind, null, false, false);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
