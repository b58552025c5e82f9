package dev.reft.model;

import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Lets threads use a model in turn, first come first served; an interrupted thread stops waiting. */
final class Turns {
    private final ReentrantLock lock = new ReentrantLock(true);
    private final String model;
    private boolean ended;

    Turns(String model) {
        this.model = model;
    }

    /**
     * Runs a task in this thread's turn.
     *
     * @throws CancellationException if the thread is interrupted while it waits; its interrupt flag stays set
     * @throws IllegalStateException if {@link #end} was called
     */
    <T> T take(Supplier<T> task) {
        await();
        try {
            if (ended) {
                throw new IllegalStateException("model " + model + " is closed");
            }
            return task.get();
        } finally {
            lock.unlock();
        }
    }

    /** The last turn; later calls do nothing. Closing waits without heeding interruption, so nothing leaks. */
    void end(Runnable close) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                close.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A turn for cleaning up: it waits without heeding interruption and does nothing after the last turn. */
    void cleanUp(Runnable task) {
        lock.lock();
        try {
            if (!ended) {
                task.run();
            }
        } finally {
            lock.unlock();
        }
    }

    private void await() {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            CancellationException cancelled =
                    new CancellationException("interrupted while waiting for a turn at model " + model);
            cancelled.initCause(e);
            throw cancelled;
        }
    }
}
