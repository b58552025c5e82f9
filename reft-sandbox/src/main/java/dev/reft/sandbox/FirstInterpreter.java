package dev.reft.sandbox;

import dev.reft.graders.programs.SandboxException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The interpreter that all others of this JVM are made from: loading its modules takes seconds, so it is done once. */
final class FirstInterpreter {
    /** Room for the modules themselves. */
    private static final long MEMORY = 128L << 20;

    private static @Nullable Interpreter first;

    private FirstInterpreter() {}

    static synchronized Interpreter get() throws SandboxException {
        Interpreter known = first;
        if (known != null) {
            return known;
        }
        Interpreter[] made = new Interpreter[1];
        IOException[] failed = new IOException[1];
        GuestThread loading = new GuestThread(
                "reft-guest-loading",
                () -> {
                    try {
                        made[0] = Interpreter.first(MEMORY);
                    } catch (IOException e) {
                        failed[0] = e;
                    }
                    return new byte[0];
                },
                () -> {});
        try {
            loading.join(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            loading.stop();
            Thread.currentThread().interrupt();
            throw new SandboxException("interrupted while the interpreter was loading", e);
        }
        if (made[0] == null) {
            Throwable cause = failed[0] == null ? loading.failure() : failed[0];
            throw new SandboxException(
                    "the embedded interpreter does not load: " + cause, new IllegalStateException(cause));
        }
        first = made[0];
        return made[0];
    }
}
