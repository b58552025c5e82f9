package dev.reft.sandbox;

import dev.reft.graders.programs.SandboxException;
import dev.reft.grading.Deadline;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Who may run now. Waiting ends with the grading's deadline, and what is left of that bounds the program's time. */
final class Turns {
    private final Semaphore free;

    Turns(int parallel) {
        free = new Semaphore(parallel, true);
    }

    /**
     * Waits for a turn, to be given back.
     *
     * @param limit the program's own time
     * @return the time that it has, not more than is left of the grading's
     */
    Duration take(Duration limit) throws SandboxException, InterruptedException {
        Deadline deadline = Deadline.current();
        if (!free.tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new SandboxException("no interpreter became free before the grading's deadline");
        }
        Duration left = deadline.remaining();
        return left.compareTo(limit) < 0 ? left : limit;
    }

    void giveBack() {
        free.release();
    }
}
