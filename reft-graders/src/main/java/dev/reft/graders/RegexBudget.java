package dev.reft.graders;

/**
 * Bounds what regular expressions look at, so that none can run away on a model's text, on every machine alike. One budget serves any
 * number of searches of one thread, one after the other.
 */
public final class RegexBudget {
    /** Characters that the searches of one budget may look at, counted as often as they look: some tenths of a second. */
    public static final long STEPS = 20_000_000;

    private long looks;

    /** A budget of {@link #STEPS}. */
    public RegexBudget() {}

    /**
     * A text that counts how often it is looked at. Its {@code charAt} throws {@link Spent} when the budget is used up.
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
            if (++budget.looks > STEPS) {
                throw new Spent();
            }
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
