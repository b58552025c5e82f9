package dev.reft.ppo;

import java.nio.channels.ClosedByInterruptException;
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

    /** Takes the thread's interrupt, if there is one, and ends the evaluation with it. */
    static void checkEvaluation() {
        if (Thread.interrupted()) {
            throw evaluationCancelled();
        }
    }

    /** An evaluation that was interrupted: it has no optimiser step to be before. */
    static CancellationException evaluationCancelled() {
        return new CancellationException("the evaluation was interrupted; it has changed nothing");
    }

    static CancellationException cancelled() {
        return new CancellationException(
                "the step was interrupted before its first optimiser step; nothing has changed");
    }

    /**
     * Does work that an interrupt must not spoil: a channel of an interrupted thread closes under it. The interrupt is kept
     * for whoever heeds it next.
     *
     * @param work may be begun a second time, if the interrupt comes while it runs
     */
    static void afterwards(Runnable work) {
        boolean interrupted = Thread.interrupted();
        try {
            work.run();
        } catch (RuntimeException e) {
            boolean closed = e.getCause() instanceof ClosedByInterruptException;
            if (!closed || !Thread.interrupted()) {
                throw e;
            }
            interrupted = true;
            work.run();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
