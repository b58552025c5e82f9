package dev.reft.graders;

import dev.reft.grading.Deadline;
import java.util.concurrent.CancellationException;

/**
 * Bounds what regular expressions look at, so that none can run away on a model's text, on every machine alike. One budget serves any
 * number of searches of one thread, one after the other. It also ends them when the grading's deadline passes, by a
 * {@link CancellationException}: that is no verdict, and graders of this module make it a time-out.
 */
public final class RegexBudget {
    /** Characters that the searches of one budget may look at, counted as often as they look: some tenths of a second. */
    public static final long STEPS = 20_000_000;

    /** The deadline is asked each time that so many characters more, a power of two, were looked at: some microseconds. */
    private static final long BETWEEN_POLLS = 1 << 13;

    private final Deadline deadline = Deadline.current();
    private long looks;

    /** A budget of {@link #STEPS}, within the deadline of the grading that this thread runs. */
    public RegexBudget() {}

    private void look() {
        if (++looks > STEPS) {
            throw new Spent();
        }
        if ((looks & (BETWEEN_POLLS - 1)) == 0 && deadline.passed()) {
            throw new CancellationException("a regular expression ran past the grading's time limit");
        }
    }

    /**
     * A text that counts how often it is looked at. Its {@code charAt} throws {@link Spent} when the budget is used up, and
     * {@link CancellationException} when the deadline has passed.
     *
     * @param text any text
     * @return what a matcher is given
     */
    public CharSequence of(String text) {
        return new Counted(this, text, 0, text.length());
    }

    /** The searches looked at too much. */
    public static final class Spent extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Spent() {
            super("the expression looked at more than " + STEPS + " characters", null, false, false);
        }
    }

    private record Counted(RegexBudget budget, String text, int from, int to) implements CharSequence {
        @Override
        public char charAt(int index) {
            budget.look();
            return text.charAt(from + index);
        }

        @Override
        public int length() {
            return to - from;
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(budget, text, from + start, from + end);
        }

        @Override
        public String toString() {
            return text.substring(from, to);
        }
    }
}
