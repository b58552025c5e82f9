package dev.reft.torch;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps native code from running while the process ends.
 *
 * <p>The end of a JVM runs the destructors of the C++ libraries; a computation that is still under way on another thread
 * then crashes on code and memory that are gone. So a shutdown hook waits for what is running and lets nothing new begin.
 */
final class Shutdown {
    private static final long PATIENCE_SECONDS = 30;
    private static final ReentrantReadWriteLock RUNNING = new ReentrantReadWriteLock();
    private static volatile boolean began;

    private Shutdown() {}

    /** Installs the hook; once a process. */
    static void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(Shutdown::await, "reft-torch-shutdown"));
    }

    /** Begins native work on this thread; to be followed by {@link #leave}. */
    static void enter(String doing) {
        RUNNING.readLock().lock();
        if (began && RUNNING.getReadHoldCount() == 1) {
            RUNNING.readLock().unlock();
            throw new IllegalStateException("'" + doing + "' is refused: the JVM is shutting down");
        }
    }

    /** Ends native work. */
    static void leave() {
        RUNNING.readLock().unlock();
    }

    private static void await() {
        began = true;
        try {
            if (RUNNING.writeLock().tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                RUNNING.writeLock().unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
