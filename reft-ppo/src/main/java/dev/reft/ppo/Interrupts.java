package dev.reft.ppo;

import java.util.concurrent.CancellationException;

/** How a step is cancelled: by interrupting its thread. */
final class Interrupts {
    private Interrupts() {}

    /** Takes the thread's interrupt, if there is one, and ends the step with it. */
    static void check() {
        if (Thread.interrupted()) {
            throw cancelled();
        }
    }

    static CancellationException cancelled() {
        return new CancellationException(
                "the step was interrupted before its first optimiser step; nothing has changed");
    }
}
