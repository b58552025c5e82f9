package dev.reft.sandbox;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.WasmInterruptedException;
import run.endive.wasi.WasiExitException;

/** Runs one guest on a thread with a deep stack. */
final class GuestThread {
    /** Python's own recursion limit is reached before this is used up. */
    private static final long STACK = 512L << 20;

    /** How long an interrupted guest may take to notice. */
    private static final Duration NOTICE = Duration.ofSeconds(5);

    private final Thread thread;
    private volatile byte @Nullable [] answer;
    private volatile @Nullable Throwable failure;

    GuestThread(String name, Supplier<byte[]> task, Runnable after) {
        thread = new Thread(
                null,
                () -> {
                    try {
                        answer = task.get();
                    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                        failure = e;
                    } finally {
                        after.run();
                    }
                },
                name,
                STACK);
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits for its end, some milliseconds: at least one, as {@code join(0)} waits for ever. */
    boolean join(long millis) throws InterruptedException {
        thread.join(Math.max(1, millis));
        return !thread.isAlive();
    }

    /** Ends it. False if it does not heed: then its interpreter must not be used again. */
    boolean stop() {
        boolean interrupted = false;
        long end = System.nanoTime() + NOTICE.toNanos();
        while (thread.isAlive() && System.nanoTime() < end) {
            thread.interrupt();
            try {
                thread.join(20);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    byte @Nullable [] answer() {
        return answer;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** What a failure says of the program, in one sentence. */
    static String why(Throwable failure) {
        if (failure instanceof WasiExitException exit) {
            return "the program left its interpreter with status " + exit.exitCode();
        }
        if (failure instanceof WasmInterruptedException) {
            return "the program was stopped";
        }
        return "the program broke its interpreter: " + failure;
    }
}
