package dev.reft.graders.judges;

import dev.reft.generation.Completion;
import dev.reft.grading.Deadline;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Shows a judge a completion, or as much of it as {@link TooLong} lets it read. */
final class LongCompletion {
    private LongCompletion() {}

    /**
     * What is done with a completion that fits.
     *
     * @param <T> what comes of it
     * @param <X> what else it throws
     */
    @FunctionalInterface
    interface Reader<T, X extends Exception> {
        /** Empty if the completion is too long. */
        Optional<T> read(Completion shown) throws JudgeException, TimeoutException, X;
    }

    /** Whether the judge could read the question about an empty completion. */
    @FunctionalInterface
    interface Alone {
        boolean fits(Completion empty);
    }

    /**
     * Reads a completion.
     *
     * @param <T> what comes of it
     * @param <X> what else the reader throws
     * @param completion as it was written
     * @param policy what becomes of one that is too long
     * @param context what it must fit, for messages
     * @param alone tells a question that is too long by itself from a completion that is
     * @param reader of the completion, or of ever smaller cuts of it
     * @return empty if the completion is worth the lowest score
     * @throws JudgeException of the kind TOO_LONG if the question is too long by itself, or the policy is to fail
     * @throws TimeoutException if the deadline passes
     * @throws X what the reader throws
     */
    static <T, X extends Exception> Optional<T> read(
            Completion completion, TooLong policy, String context, Alone alone, Reader<T, X> reader)
            throws JudgeException, TimeoutException, X {
        String text = completion.text();
        boolean shown = text.length() <= JudgePrompt.LONGEST_RESPONSE;
        Optional<T> whole = shown ? reader.read(completion) : Optional.empty();
        if (whole.isPresent()) {
            return whole;
        }
        if (!alone.fits(with(completion, ""))) {
            throw tooLong("the question alone is too long for " + context);
        }
        if (policy == TooLong.FAIL) {
            throw tooLong("a completion of " + text.length() + " characters is too long for " + context);
        }
        int keep = shown ? shorter(text.length()) : JudgePrompt.LONGEST_RESPONSE;
        for (; policy == TooLong.CUT && keep > 0; keep = shorter(keep)) {
            Deadline.current().check();
            Optional<T> part = reader.read(with(completion, cut(text, keep)));
            if (part.isPresent()) {
                return part;
            }
        }
        return Optional.empty();
    }

    /** Each cut is three quarters of the one before: all of them together cost as much as reading the text four times. */
    private static int shorter(int length) {
        return (int) (length * 3L / 4);
    }

    /** The beginning and the end of a text, and what was left out between them; a pair of surrogates stays whole. */
    static String cut(String text, int keep) {
        if (text.length() <= keep) {
            return text;
        }
        int head = keep / 2;
        head -= head > 0 && Character.isHighSurrogate(text.charAt(head - 1)) ? 1 : 0;
        int tail = text.length() - keep / 2;
        tail += tail < text.length() && Character.isLowSurrogate(text.charAt(tail)) ? 1 : 0;
        return text.substring(0, head) + "\n[... " + (tail - head) + " characters left out ...]\n"
                + text.substring(tail);
    }

    static JudgeException tooLong(String message) {
        return new JudgeException(JudgeException.Kind.TOO_LONG, message, false, null, null);
    }

    private static Completion with(Completion completion, String text) {
        return new Completion(
                completion.request(), completion.sample(), completion.segments(), text, completion.finish());
    }
}
