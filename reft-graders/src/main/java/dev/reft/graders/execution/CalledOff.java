package dev.reft.graders.execution;

import dev.reft.grading.Deadline;
import java.time.Duration;

/** Tells a grading that was called off from one that failed: the end of a run says nothing about a grader. */
final class CalledOff {
    /** The trainer's clock and the grading's deadline start one after the other. */
    private static final Duration SLACK = Duration.ofMillis(10);

    private CalledOff() {}

    /**
     * Whether a grading ended because its thread was interrupted before its time was over. At its time limit the trainer interrupts too: that
     * is a time-out, and the grader's failure. A grader that polls ends with a time-out either way, and its thread stays interrupted.
     */
    static boolean is(Throwable end) {
        boolean interrupted =
                end instanceof InterruptedException || Thread.currentThread().isInterrupted();
        return interrupted && Deadline.current().remaining().compareTo(SLACK) > 0;
    }
}
