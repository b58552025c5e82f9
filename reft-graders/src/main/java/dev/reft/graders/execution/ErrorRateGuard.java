package dev.reft.graders.execution;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingException;
import dev.reft.grading.Prompt;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Stops the run when too large a share of the last gradings failed: learning on what is left would be learning on a biased sample. A failure
 * is whatever a grader throws, an {@link Error} such as a stack overflow and a time-out included, also one by the interrupt that the
 * trainer sends at its limit. Scores of 0 and nones are no failures, and neither are gradings called off with the run.
 */
public final class ErrorRateGuard implements Grader {
    private static final int LONGEST = 300;

    private final Grader grader;
    private final double share;
    private final int window;
    private final int examples;
    private final Object lock = new Object();
    private final Deque<Boolean> last = new ArrayDeque<>();
    private final Deque<String> messages = new ArrayDeque<>();
    private int failures;
    private @Nullable GradingException stopped;

    /**
     * Guards a grader.
     *
     * @param grader what is guarded
     * @param share largest share of failures that is borne, from 0 to below 1
     * @param window how many gradings are looked back on, &gt;= 1; before there were so many nothing is stopped
     * @param examples how many of the last failures the message tells, &gt;= 1
     * @throws IllegalArgumentException if a number is out of its range
     */
    public ErrorRateGuard(Grader grader, double share, int window, int examples) {
        if (!(share >= 0 && share < 1) || window < 1 || examples < 1) {
            throw new IllegalArgumentException(
                    "error-rate guard with share " + share + ", window " + window + ", examples " + examples);
        }
        this.grader = grader;
        this.share = share;
        this.window = window;
        this.examples = examples;
    }

    /**
     * Grades, and counts.
     *
     * @throws GradingException if too many gradings failed, now and for good: the trainer or executor stops
     * @throws Exception what the grader throws; an {@link Error} goes through too
     */
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        synchronized (lock) {
            if (stopped != null) {
                throw new GradingException(String.valueOf(stopped.getMessage()), stopped);
            }
        }
        try {
            Grade grade = grader.grade(prompt, completion);
            count(prompt, completion, grade instanceof Grade.Failed failed ? failed.cause() : null);
            return grade;
        } catch (GradingException e) {
            // The end of a run is no failure of a grading.
            throw e;
        } catch (Exception | Error e) {
            if (!CalledOff.is(e)) {
                count(prompt, completion, e);
            }
            throw e;
        }
    }

    private void count(Prompt prompt, Completion completion, @Nullable Throwable failure) {
        synchronized (lock) {
            last.addLast(failure != null);
            failures += failure != null ? 1 : 0;
            if (last.size() > window) {
                failures -= last.removeFirst() ? 1 : 0;
            }
            if (failure == null) {
                return;
            }
            String message = failure.toString();
            messages.addLast("prompt '" + prompt.id() + "', sample " + completion.sample() + ": "
                    + (message.length() > LONGEST ? message.substring(0, LONGEST) + " ..." : message));
            if (messages.size() > examples) {
                messages.removeFirst();
            }
            if (last.size() == window && failures > share * window) {
                stopped = new GradingException(
                        failures + " of the last " + window + " gradings failed, more than a share of " + share
                                + ". The last failures:\n" + String.join("\n", messages),
                        failure);
                throw stopped;
            }
        }
    }
}
