package dev.reft.sandbox;

import dev.reft.graders.programs.SandboxException;
import dev.reft.grading.Deadline;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Who may run now. Waiting ends with the grading's deadline, and what is left of that bounds the program's time. */
final class Turns {
    private final Semaphore free;

    Turns(int parallel) {
        free = new Semaphore(parallel, true);
    }

    /** Waits for a turn, to be given back. */
    void take() throws SandboxException, InterruptedException {
        if (!free.tryAcquire(Deadline.current().remaining().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new SandboxException("no interpreter became free before the grading's deadline");
        }
    }

    /**
     * The time that a program has, in whole milliseconds as backends count: its own limit rounded up, so that one stopped by it has had it
     * in full, or what is left of the grading's time rounded down, so that it is never exceeded.
     *
     * @param limit the program's own time
     * @return at least a millisecond
     * @throws SandboxException if less than a millisecond is left
     */
    static Duration left(Duration limit) throws SandboxException {
        Duration own = limit.plusNanos(999_999).truncatedTo(ChronoUnit.MILLIS);
        Duration left = Deadline.current().remaining().truncatedTo(ChronoUnit.MILLIS);
        if (left.isZero()) {
            throw new SandboxException("the grading's deadline came before the program could start");
        }
        return left.compareTo(own) < 0 ? left : own;
    }

    void giveBack() {
        free.release();
    }
}
