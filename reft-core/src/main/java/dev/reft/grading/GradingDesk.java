package dev.reft.grading;

import dev.reft.generation.Completion;
import dev.reft.grading.GradingJob.State;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs graders beside other work: on threads of its own or on the host's executor, with a time limit, retries, and a count of
 * those that will not end. Limits are enforced by whoever polls; no thread watches. Trainers grade through one; so does whoever grades
 * lists of samples.
 */
public final class GradingDesk implements AutoCloseable {
    private static final long POLL_MILLIS = 20;

    private final GroupGrader grader;
    private final GradingLimits limits;
    private final Executor executor;
    private final @Nullable GraderPool pool;
    private final Object lock = new Object();
    private final List<GradingJob> live = new ArrayList<>();
    private long lastMove = System.nanoTime();
    private int stuck;
    private int timeouts;
    private @Nullable Throwable fatal;

    /**
     * Opens a desk.
     *
     * @param grader is called from several threads at once
     * @param limits time, attempts, threads
     * @param host where gradings run; null for threads of the desk's own, of which one that is stuck is replaced. One that runs its tasks
     *     in the thread that submits them ({@code Runnable::run}) works too, but nobody can then interrupt a grader that does not heed
     *     {@link Deadline#current()}, and none runs beside another
     */
    public GradingDesk(GroupGrader grader, GradingLimits limits, @Nullable Executor host) {
        this.grader = grader;
        this.limits = limits;
        if (host == null) {
            pool = new GraderPool(limits.threads());
            executor = pool;
        } else {
            pool = null;
            executor = host;
        }
    }

    /**
     * Hands completions of one prompt to the grader.
     *
     * @param prompt the problem
     * @param completions its completions, those of a group together
     * @return what to wait for
     * @throws GradingException if the host's executor refuses
     */
    public GradingJob submit(Prompt prompt, List<Completion> completions) {
        GradingJob job = new GradingJob(prompt, completions);
        synchronized (lock) {
            live.add(job);
            lastMove = System.nanoTime();
        }
        try {
            executor.execute(() -> run(job));
        } catch (RejectedExecutionException e) {
            synchronized (lock) {
                live.remove(job);
            }
            throw new GradingException("the grading executor takes no tasks", e);
        }
        return job;
    }

    /**
     * Waits until a job has its grades, enforcing the limits of all.
     *
     * @param job what was submitted
     * @return one grade a completion
     * @throws InterruptedException if the thread is interrupted
     * @throws GradingException if grading cannot go on
     */
    public List<Grade> await(GradingJob job) throws InterruptedException {
        while (true) {
            poll();
            synchronized (lock) {
                if (job.grades != null) {
                    return job.grades;
                }
                lock.wait(POLL_MILLIS);
            }
        }
    }

    /**
     * Whether a job has its grades.
     *
     * @param job what was submitted
     * @return true once {@link #await} would not wait
     */
    public boolean done(GradingJob job) {
        synchronized (lock) {
            return job.grades != null;
        }
    }

    /**
     * Interrupts what is over its limit, gives up what ignores that, and stops the run if there was too much of it.
     *
     * @throws GradingException if grading cannot go on, or a grader said so by throwing one
     */
    public void poll() {
        synchronized (lock) {
            if (fatal instanceof GradingException stop) {
                throw new GradingException(String.valueOf(stop.getMessage()), stop);
            }
            if (fatal != null) {
                throw new GradingException("a grader ended with " + fatal, fatal);
            }
            long now = System.nanoTime();
            boolean waiting = false;
            boolean running = false;
            for (GradingJob job : List.copyOf(live)) {
                waiting |= job.state == State.QUEUED;
                if (job.state == State.RUNNING) {
                    running = true;
                    if (now - job.since > limits.timeLimit().toNanos()) {
                        timeouts++;
                        interrupt(job, job.timeout(limits));
                    }
                } else if (job.state == State.INTERRUPTED
                        && now - job.since > limits.grace().toNanos()) {
                    giveUp(job);
                }
            }
            if (stuck >= limits.maxStuck()) {
                throw new GradingException(
                        stuck + " graders did not end within " + limits.grace() + " of being interrupted; the limit is "
                                + limits.maxStuck(),
                        null);
            }
            // A host's executor whose threads are all stuck would never take the next task.
            long patience = limits.timeLimit().plus(limits.grace()).toNanos();
            if (pool == null && waiting && !running && stuck > 0 && now - lastMove > patience) {
                throw new GradingException(
                        "the grading executor started nothing for " + limits.timeLimit() + "; " + stuck
                                + " of its graders are stuck",
                        null);
            }
        }
    }

    /** Drops what was submitted: what waits never runs, what runs is interrupted and watched on. */
    public void cancel() {
        synchronized (lock) {
            for (GradingJob job : List.copyOf(live)) {
                if (job.state == State.QUEUED) {
                    job.grades = job.failed(new InterruptedException("cancelled"));
                    job.state = State.OVER;
                    live.remove(job);
                } else if (job.state == State.RUNNING) {
                    interrupt(job, new InterruptedException("cancelled"));
                }
            }
        }
    }

    /**
     * How many graders did not end when interrupted, in the whole run.
     *
     * @return &gt;= 0
     */
    public int stuck() {
        synchronized (lock) {
            return stuck;
        }
    }

    /**
     * How many gradings ran out of time, in the whole run.
     *
     * @return &gt;= 0
     */
    public int timeouts() {
        synchronized (lock) {
            return timeouts;
        }
    }

    @Override
    public void close() {
        cancel();
        if (pool != null) {
            pool.close();
        }
    }

    private void interrupt(GradingJob job, Exception why) {
        job.grades = job.failed(why);
        job.state = State.INTERRUPTED;
        job.since = System.nanoTime();
        if (job.thread != null) {
            job.interrupted = true;
            job.thread.interrupt();
        }
        lock.notifyAll();
    }

    private void giveUp(GradingJob job) {
        stuck++;
        job.state = State.OVER;
        live.remove(job);
        if (pool != null && job.thread != null) {
            pool.replace(job.thread);
        }
    }

    private void run(GradingJob job) {
        List<Grade> grades = null;
        boolean handedBack = false;
        while (grades == null && begin(job)) {
            try {
                grades = checked(
                        job, Deadline.in(limits.timeLimit()).call(() -> grader.grade(job.prompt, job.completions)));
            } catch (GradingException e) {
                // Not this sample's failure: the grader says that grading cannot go on.
                synchronized (lock) {
                    fatal = e;
                }
                grades = job.failed(e);
            } catch (Exception | StackOverflowError | AssertionError | LinkageError e) {
                handedBack = e instanceof InterruptedException;
                if (!again(job, e)) {
                    grades = job.failed(e instanceof Exception x ? x : new IllegalStateException(e.toString(), e));
                }
            } catch (Throwable e) {
                // Out of memory and the like: not the sample's fault, so the run hears of it.
                synchronized (lock) {
                    fatal = e;
                }
                grades = job.failed(new IllegalStateException(e.toString(), e));
            }
        }
        end(job, grades, handedBack);
    }

    private boolean begin(GradingJob job) {
        synchronized (lock) {
            if (job.grades != null) {
                return false;
            }
            job.thread = Thread.currentThread();
            job.state = State.RUNNING;
            job.since = System.nanoTime();
            lastMove = job.since;
            job.attempt++;
            return true;
        }
    }

    private boolean again(GradingJob job, Throwable failure) {
        synchronized (lock) {
            boolean outOfTime = failure instanceof TimeoutException || failure instanceof InterruptedException;
            if (failure instanceof TimeoutException && job.grades == null) {
                timeouts++;
            }
            return !outOfTime && !FinalFailure.in(failure) && job.attempt < limits.attempts() && job.grades == null;
        }
    }

    private void end(GradingJob job, @Nullable List<Grade> grades, boolean tookInterrupt) {
        synchronized (lock) {
            if (job.grades == null) {
                job.grades = grades;
            }
            if (job.interrupted) {
                // It was meant for the grader; the thread goes on to other work without it.
                Thread.interrupted();
            } else if (tookInterrupt) {
                // It was meant for the thread, which may be the trainer's own; the grader has only passed it on.
                Thread.currentThread().interrupt();
            }
            job.state = State.OVER;
            job.thread = null;
            lastMove = System.nanoTime();
            live.remove(job);
            lock.notifyAll();
        }
    }

    /** Grades as they may be used: what is wrong with one of a group fails that one. */
    private static List<Grade> checked(GradingJob job, @Nullable List<Grade> grades) {
        if (grades == null || grades.size() != job.completions.size()) {
            throw new IllegalStateException("prompt '" + job.prompt.id() + "': the grader returned " + grades + " for "
                    + job.completions.size() + " completions");
        }
        List<Grade> checked = new ArrayList<>();
        for (int i = 0; i < grades.size(); i++) {
            String wrong = wrong(grades.get(i), job.completions.get(i));
            checked.add(
                    wrong.isEmpty()
                            ? grades.get(i)
                            : new Grade.Failed(
                                    new IllegalStateException("prompt '" + job.prompt.id() + "', sample "
                                            + job.completions.get(i).sample() + ": " + wrong),
                                    job.attempt));
        }
        return checked;
    }

    private static String wrong(@Nullable Grade grade, Completion completion) {
        if (grade == null) {
            return "the grader returned no grade (null)";
        }
        if (grade instanceof Grade.Score score) {
            int length = completion.tokens().length;
            for (Credit credit : score.credits()) {
                if (credit.token() >= length) {
                    return "credit on token " + credit.token() + " of a completion of " + length + " tokens";
                }
            }
        }
        return "";
    }
}
