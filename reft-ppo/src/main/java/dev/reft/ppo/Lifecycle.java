package dev.reft.ppo;

import dev.reft.model.CallGuard;
import dev.reft.model.Policy;
import java.util.function.Supplier;

/** One call at a time on a trainer that is neither closed nor torn; a call that fails leaves no gradients behind. */
final class Lifecycle {
    private final String name;
    private final Policy policy;
    private final CallGuard guard;
    private final Runnable onFailure;
    private volatile Progress progress = Progress.IDLE;
    private boolean torn;
    private boolean closed;

    Lifecycle(String name, Policy policy, Runnable onFailure) {
        this.name = name;
        this.policy = policy;
        this.onFailure = onFailure;
        guard = new CallGuard(name + " of " + policy.info().id());
    }

    /** Marks the trainer as torn: an optimiser step was begun and the call failed after it. */
    void tear() {
        torn = true;
    }

    Progress progress() {
        return progress;
    }

    void progress(String phase, long done, long total) {
        progress = new Progress(phase, done, total);
    }

    <T> T call(String operation, Supplier<T> work) {
        try (CallGuard.Call call = guard.enter(operation)) {
            checkUsable();
            try {
                return work.get();
            } catch (RuntimeException | Error e) {
                abandon(e);
                throw e;
            } finally {
                progress = Progress.IDLE;
            }
        }
    }

    void close(Runnable work) {
        try (CallGuard.Call call = guard.enter("close")) {
            if (!closed) {
                closed = true;
                work.run();
            }
        }
    }

    private void abandon(Throwable failure) {
        onFailure.run();
        try {
            policy.discardGradients();
        } catch (RuntimeException e) {
            torn = true;
            failure.addSuppressed(e);
        }
    }

    private void checkUsable() {
        if (closed) {
            throw new IllegalStateException("the " + name + " is closed");
        }
        if (torn) {
            throw new IllegalStateException("the " + name + " is torn: a step failed after its first optimiser step, or"
                    + " training diverged. Close it and resume from a checkpoint");
        }
    }
}
