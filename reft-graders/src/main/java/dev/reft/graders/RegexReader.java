package dev.reft.graders;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what a regular expression finds last: its first group, or the whole match if it has none. It cannot run away: an expression that
 * looks at more than {@link #STEPS} characters, or nests too deep, finds nothing, on every machine alike.
 *
 * @param pattern the expression
 */
public record RegexReader(Pattern pattern) implements AnswerReader {
    /** Characters that one search may look at, counted as often as it looks: some tenths of a second. */
    public static final long STEPS = 20_000_000;

    @Override
    public Optional<String> read(String completion) {
        Matcher matcher = pattern.matcher(new Counted(completion, 0, completion.length(), new long[1]));
        int start = -1;
        int end = -1;
        try {
            int group = matcher.groupCount() > 0 ? 1 : 0;
            while (matcher.find()) {
                start = matcher.start(group);
                end = matcher.end(group);
            }
        } catch (GaveUp | StackOverflowError e) {
            return Optional.empty();
        }
        return start < 0 ? Optional.empty() : Optional.of(completion.substring(start, end));
    }

    /** The search looked at too much. */
    private static final class GaveUp extends RuntimeException {
        private static final long serialVersionUID = 1L;

        GaveUp() {
            super("the expression looked at more than " + STEPS + " characters", null, false, false);
        }
    }

    /** A text that counts how often it is looked at. */
    private record Counted(String text, int from, int to, long[] looks) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (++looks[0] > STEPS) {
                throw new GaveUp();
            }
            return text.charAt(from + index);
        }

        @Override
        public int length() {
            return to - from;
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text, from + start, from + end, looks);
        }

        @Override
        public String toString() {
            return text.substring(from, to);
        }
    }
}
