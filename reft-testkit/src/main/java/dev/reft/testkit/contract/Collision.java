package dev.reft.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Calls from two threads. */
final class Collision {
    private static final String FIRST = "contract-first";
    private static final String SECOND = "contract-second";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private Collision() {}

    /** Makes two threads call again and again until one is refused, and looks at the refusal. */
    static void provoke(Runnable call) throws InterruptedException, ExecutionException {
        AtomicReference<@Nullable IllegalStateException> refusal = new AtomicReference<>();
        AtomicInteger names = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(
                2, task -> new Thread(task, names.getAndIncrement() == 0 ? FIRST : SECOND));
        long end = System.nanoTime() + PATIENCE_NANOS;
        List<Future<?>> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            both.add(threads.submit(() -> {
                while (refusal.get() == null && System.nanoTime() - end < 0) {
                    try {
                        call.run();
                    } catch (IllegalStateException e) {
                        refusal.compareAndSet(null, e);
                    }
                }
            }));
        }
        threads.shutdown();
        for (Future<?> one : both) {
            one.get();
        }
        IllegalStateException thrown = refusal.get();
        assertTrue(thrown != null, "two threads called at once for five seconds and neither was refused");
        if (thrown != null) {
            Probe.assertNames(thrown, FIRST, SECOND);
        }
    }

    /** What a call from another thread throws; null if it is admitted. */
    static @Nullable Throwable fromAnotherThread(Runnable call) {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread other = new Thread(
                () -> {
                    try {
                        call.run();
                    } catch (RuntimeException | Error e) {
                        thrown.set(e);
                    }
                },
                SECOND);
        other.start();
        try {
            other.join(TimeUnit.NANOSECONDS.toMillis(PATIENCE_NANOS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (other.isAlive()) {
            other.interrupt();
            return new AssertionError("the second call was neither refused nor admitted: it waits");
        }
        return thrown.get();
    }

    /** The refusal of a second call while one runs on this thread. */
    static void assertRefused(String operation, Runnable call) {
        Throwable thrown = fromAnotherThread(call);
        assertTrue(
                thrown instanceof IllegalStateException,
                operation + " from a second thread should be refused with an IllegalStateException, got " + thrown);
        if (thrown != null) {
            Probe.assertNames(thrown, Thread.currentThread().getName(), SECOND);
        }
    }
}
