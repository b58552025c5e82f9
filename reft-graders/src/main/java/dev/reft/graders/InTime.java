package dev.reft.graders;

import dev.reft.grading.Deadline;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Ends work at the grading's deadline where no time-out can be thrown, as within a rule or a reader: {@link #poll} throws a
 * {@link CancellationException}, which {@link #get} or {@link #call} around the work makes a time-out.
 */
public final class InTime {
    private InTime() {}

    /**
     * Asks for the deadline of the grading that this thread runs.
     *
     * @throws CancellationException if it has passed
     */
    public static void poll() {
        if (Deadline.current().passed()) {
            throw new CancellationException("grading ran past its time limit");
        }
    }

    /**
     * Runs work that polls.
     *
     * @param <T> its result
     * @param work what to run
     * @return its result
     * @throws TimeoutException if the deadline had passed before, or the work was cancelled
     */
    public static <T> T get(Supplier<T> work) throws TimeoutException {
        Deadline.current().check();
        try {
            return work.get();
        } catch (CancellationException e) {
            throw timeout(e);
        }
    }

    /**
     * Runs work that polls and may fail.
     *
     * @param <T> its result
     * @param work what to run
     * @return its result
     * @throws TimeoutException if the deadline had passed before, or the work was cancelled
     * @throws Exception what the work throws
     */
    public static <T> T call(Callable<T> work) throws Exception {
        Deadline.current().check();
        try {
            return work.call();
        } catch (CancellationException e) {
            throw timeout(e);
        }
    }

    private static TimeoutException timeout(CancellationException cancelled) {
        TimeoutException late = new TimeoutException(cancelled.getMessage());
        late.initCause(cancelled);
        return late;
    }
}
