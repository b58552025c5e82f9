package dev.reft.graders.execution;

import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.GradingException;
import dev.reft.grading.GradingJob;
import dev.reft.grading.GradingLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * Grades lists of samples outside a trainer, under the same limits as in one: a time limit for each grading, a stuck grader's thread
 * replaced, and the run stopped where a grader throws {@link GradingException} or too many hang.
 *
 * <p>One list at a time; {@link #done} may be read from any thread meanwhile.
 */
public final class GradingExecutor implements AutoCloseable {
    private final GradingDesk desk;
    private volatile int done;

    /**
     * Opens an executor with threads of its own.
     *
     * @param grader is called from several threads at once
     * @param limits threads, time, attempts
     */
    public GradingExecutor(Grader grader, GradingLimits limits) {
        desk = new GradingDesk((prompt, group) -> List.of(grader.grade(prompt, group.get(0))), limits, null);
    }

    /**
     * Grades samples, several at once.
     *
     * @param samples what to grade
     * @return one grade a sample, in the same order
     * @throws InterruptedException if the thread is interrupted; what runs is interrupted too
     * @throws GradingException if grading cannot go on; what runs is interrupted
     */
    public synchronized List<Grade> grade(List<Sample> samples) throws InterruptedException {
        done = 0;
        List<GradingJob> jobs = new ArrayList<>(samples.size());
        List<Grade> grades = new ArrayList<>(samples.size());
        boolean ended = false;
        try {
            for (Sample sample : samples) {
                jobs.add(desk.submit(sample.prompt(), List.of(sample.completion())));
            }
            for (GradingJob job : jobs) {
                grades.addAll(desk.await(job));
                done = grades.size();
            }
            desk.poll();
            ended = true;
            return grades;
        } finally {
            if (!ended) {
                desk.cancel();
            }
        }
    }

    /**
     * How many samples of the current list, from its start, have their grades.
     *
     * @return from 0 to the list's size
     */
    public int done() {
        return done;
    }

    /**
     * How many gradings ran out of time since the opening.
     *
     * @return &gt;= 0
     */
    public int timeouts() {
        return desk.timeouts();
    }

    /** Ends the threads. */
    @Override
    public void close() {
        desk.close();
    }
}
