package dev.reft.grading;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The time until which a grading may run; bound to the grading thread, to be polled by graders. */
public final class Deadline {
    /** No limit. */
    public static final Deadline NEVER = new Deadline(Long.MAX_VALUE, Duration.ZERO);

    private static final ThreadLocal<@Nullable Deadline> CURRENT = new ThreadLocal<>();

    private final long nanoTime;
    private final Duration limit;

    private Deadline(long nanoTime, Duration limit) {
        this.nanoTime = nanoTime;
        this.limit = limit;
    }

    /**
     * A deadline from now.
     *
     * @param limit how long from now, positive
     * @return the deadline
     * @throws IllegalArgumentException if the limit is not positive
     */
    public static Deadline in(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("time limit " + limit + " must be positive");
        }
        return new Deadline(System.nanoTime() + limit.toNanos(), limit);
    }

    /**
     * The deadline of the grading that this thread runs.
     *
     * @return the deadline, {@link #NEVER} outside of a grading
     */
    public static Deadline current() {
        Deadline deadline = CURRENT.get();
        return deadline == null ? NEVER : deadline;
    }

    /**
     * Runs a task with this deadline as the thread's current one.
     *
     * @param <T> the task's result
     * @param task what to run
     * @return its result
     * @throws Exception what the task throws
     */
    public <T> T call(Callable<T> task) throws Exception {
        Deadline before = CURRENT.get();
        CURRENT.set(this);
        try {
            return task.call();
        } finally {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
        }
    }

    /**
     * Time left.
     *
     * @return zero if passed; about 292 years for {@link #NEVER}
     */
    public Duration remaining() {
        return this == NEVER
                ? Duration.ofNanos(Long.MAX_VALUE)
                : Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }

    /**
     * Whether it has passed, or the thread was interrupted.
     *
     * @return true if the grader should end
     */
    public boolean passed() {
        return (this != NEVER && nanoTime - System.nanoTime() <= 0)
                || Thread.currentThread().isInterrupted();
    }

    /**
     * Ends the grading if the deadline has passed.
     *
     * @throws TimeoutException if {@link #passed()}
     */
    public void check() throws TimeoutException {
        if (passed()) {
            throw new TimeoutException("grading ran past its time limit of " + limit);
        }
    }
}
