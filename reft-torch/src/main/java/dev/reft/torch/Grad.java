package dev.reft.torch;

import org.bytedeco.pytorch.AutoGradMode;

/**
 * Whether operations on this thread are recorded for a gradient, for as long as this is open.
 *
 * <p>The mode belongs to the thread: open and close it on the same one, by try-with-resources only.
 */
final class Grad implements AutoCloseable {
    private final AutoGradMode guard;

    private Grad(boolean on) {
        guard = new AutoGradMode(on);
    }

    static Grad off() {
        return new Grad(false);
    }

    static Grad on() {
        return new Grad(true);
    }

    @Override
    public void close() {
        guard.close();
    }
}
