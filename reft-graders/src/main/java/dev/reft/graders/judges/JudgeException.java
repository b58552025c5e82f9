package dev.reft.graders.judges;

import dev.reft.grading.FinalFailure;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A judge that gave no verdict: a failure of the grading, not of the sample. The message never holds a key. */
public final class JudgeException extends Exception implements FinalFailure {
    private static final long serialVersionUID = 1L;

    /** Where it failed. The enum grows. */
    public enum Kind {
        /** The judge could not be asked, or its answer is no answer. */
        SERVER,
        /** The judge refused. */
        REFUSAL,
        /** The judge answered, and the answer holds no verdict. */
        PARSE,
        /** The question is longer than the judge can read. */
        TOO_LONG
    }

    private final Kind kind;
    private final boolean retryable;
    private final @Nullable Duration retryAfter;
    private volatile boolean repeated;

    /**
     * A failure that another attempt may mend if it is of the server or of reading the answer.
     *
     * @param kind where it failed
     * @param message what went wrong, without secrets
     */
    public JudgeException(Kind kind, String message) {
        this(kind, message, kind == Kind.SERVER || kind == Kind.PARSE, null, null);
    }

    /**
     * A failure.
     *
     * @param kind where it failed
     * @param message what went wrong, without secrets
     * @param retryable whether the same question may fare better later
     * @param retryAfter how long the server wants to be left alone, or null
     * @param cause what was thrown, or null
     */
    public JudgeException(
            Kind kind, String message, boolean retryable, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.retryable = retryable;
        this.retryAfter = retryAfter;
    }

    /**
     * Whether a judge answered without a verdict: a reason to ask again, for the policy of a
     * {@link dev.reft.graders.execution.RetryingGrader}. Calls that failed have been repeated already.
     *
     * @param failure what a grader threw
     * @return true for one of the kind PARSE, also as the cause of another
     */
    public static boolean isUnreadable(Exception failure) {
        Throwable cause = failure instanceof JudgeException ? failure : failure.getCause();
        return cause instanceof JudgeException judge && judge.kind == Kind.PARSE;
    }

    /**
     * Where it failed.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Whether the same question may fare better later.
     *
     * @return false for a refusal, a wrong key, an unknown model, a question that is too long
     */
    public boolean retryable() {
        return retryable;
    }

    /**
     * How long the server wants to be left alone.
     *
     * @return empty if it did not say
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Says that the call was repeated as often as its policy allows. */
    JudgeException afterRepeats() {
        repeated = true;
        return this;
    }

    /**
     * Whether a trainer is to leave it at that: no repetition mends it, or the judge's client has repeated the call already. A reply
     * without a verdict is not final.
     */
    @Override
    public boolean isFinal() {
        return !retryable || repeated;
    }
}
