package dev.reft.model;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Admits one call at a time to a model, as every provider must: a second is refused at once, never queued.
 *
 * <pre>{@code
 * try (CallGuard.Call call = guard.enter("score")) { ... }
 * }</pre>
 */
public final class CallGuard {
    private final String model;
    private final AtomicReference<@Nullable Call> running = new AtomicReference<>();

    /**
     * A guard with no call running.
     *
     * @param model the model's name for messages
     */
    public CallGuard(String model) {
        this.model = model;
    }

    /**
     * Begins a call.
     *
     * @param operation its name for messages
     * @return the running call; close it when done
     * @throws IllegalStateException naming both threads, if another call is running
     */
    public Call enter(String operation) {
        Call mine = new Call(operation, Thread.currentThread().getName());
        Call other = running.compareAndExchange(null, mine);
        if (other != null) {
            throw new IllegalStateException(
                    "model " + model + " admits one call at a time: '" + operation + "' on thread '" + mine.thread
                            + "' while '" + other.operation + "' runs on thread '" + other.thread + "'");
        }
        return mine;
    }

    /** A call that is running. */
    public final class Call implements AutoCloseable {
        private final String operation;
        private final String thread;

        private Call(String operation, String thread) {
            this.operation = operation;
            this.thread = thread;
        }

        /** Ends the call; the second and later times do nothing. */
        @Override
        public void close() {
            running.compareAndSet(this, null);
        }
    }
}
