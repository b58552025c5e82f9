package dev.reft.graders.execution;

import dev.reft.grading.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Turns that come evenly spaced, in the order in which they are asked for. Thread-safe. */
public final class RateLimit {
    /** The lowest rate: one turn a day. */
    public static final double LOWEST = 1.0 / 86_400;

    private final long interval;
    private final Object lock = new Object();
    private long next = System.nanoTime();

    /**
     * A limit.
     *
     * @param perSecond turns a second, finite, at least {@link #LOWEST}
     * @throws IllegalArgumentException if the rate is none of that
     */
    public RateLimit(double perSecond) {
        if (!(perSecond >= LOWEST) || Double.isInfinite(perSecond)) {
            throw new IllegalArgumentException("rate of " + perSecond + " a second; at least one a day");
        }
        this.interval = (long) (1e9 / perSecond);
    }

    /**
     * Waits for the next turn.
     *
     * @param who names the one who waits, for the message
     * @throws TimeoutException if the turn would come after the thread's deadline; no turn is used up then, or those who give up would
     *     push the others back without end
     * @throws InterruptedException if the thread is interrupted
     */
    public void take(String who) throws TimeoutException, InterruptedException {
        long wait;
        synchronized (lock) {
            long now = System.nanoTime();
            wait = Math.max(0, next - now);
            if (wait > Deadline.current().remaining().toNanos()) {
                throw new TimeoutException(who + ": the rate limit lets it start in "
                        + TimeUnit.NANOSECONDS.toMillis(wait) + " ms, after its deadline");
            }
            next = now + wait + interval;
        }
        if (wait > 0) {
            TimeUnit.NANOSECONDS.sleep(wait);
        }
    }
}
