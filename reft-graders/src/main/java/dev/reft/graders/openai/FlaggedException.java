package dev.reft.graders.openai;

import dev.reft.grading.FinalFailure;
import org.jspecify.annotations.Nullable;

/** A grading that OpenAI would answer by reward 0 and a flag; in training it is a failure unless the sample caused it. */
public final class FlaggedException extends Exception implements FinalFailure {
    private static final long serialVersionUID = 1L;

    private final ErrorFlag flag;
    private final boolean bySample;

    /**
     * A failed grading.
     *
     * @param flag which of OpenAI's errors it is
     * @param bySample whether the sample itself is at fault, as where a field is missing in its JSON
     * @param message what went wrong
     * @param cause what was thrown, or null
     */
    FlaggedException(ErrorFlag flag, boolean bySample, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.flag = flag;
        this.bySample = bySample;
    }

    /**
     * Which error it is.
     *
     * @return the flag
     */
    public ErrorFlag flag() {
        return flag;
    }

    /**
     * Whether the sample itself is at fault, as by JSON that lacks a field or a text that is too long for the judge: then it is scored and
     * nothing has failed.
     *
     * @return true if a better sample would have been graded
     */
    public boolean bySample() {
        return bySample;
    }

    /** Another try is of use only where a service failed: a judge, a sandbox, an embedder. All else is in the grader's JSON or the data. */
    @Override
    public boolean isFinal() {
        Throwable cause = getCause();
        return cause instanceof FinalFailure told ? told.isFinal() : cause == null || cause instanceof RuntimeException;
    }
}
