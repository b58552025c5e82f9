package dev.reft.checkpoint.template;

import java.util.Arrays;

/** Builds a {@link Text} from trusted and untrusted parts, paying for its length. */
final class TextBuilder {
    private final Budget budget;
    private final StringBuilder value = new StringBuilder();
    private int[] taint = Text.CLEAN;
    private int used;

    TextBuilder(Budget budget) {
        this.budget = budget;
    }

    Budget budget() {
        return budget;
    }

    int length() {
        return value.length();
    }

    TextBuilder append(Text text) {
        budget.memory(text.value().length());
        int start = value.length();
        value.append(text.value());
        int[] ranges = text.taint();
        for (int i = 0; i < ranges.length; i += 2) {
            mark(start + ranges[i], start + ranges[i + 1]);
        }
        return this;
    }

    /** Appends text of the template's own. */
    TextBuilder append(String text) {
        return append(text, true);
    }

    TextBuilder append(String text, boolean trusted) {
        budget.memory(text.length());
        int start = value.length();
        value.append(text);
        if (!trusted) {
            mark(start, value.length());
        }
        return this;
    }

    /** Appends something many times. */
    TextBuilder repeat(Text text, long times) {
        budget.memory(times, text.value().length());
        for (long i = 0; i < times; i++) {
            append(text);
        }
        return this;
    }

    private void mark(int start, int end) {
        if (start == end) {
            return;
        }
        if (used > 0 && taint[used - 1] == start) {
            taint[used - 1] = end;
            return;
        }
        if (used == taint.length) {
            taint = Arrays.copyOf(taint, Math.max(8, 2 * used));
        }
        taint[used++] = start;
        taint[used++] = end;
    }

    Text build() {
        return value.length() == 0
                ? Text.EMPTY
                : new Text(value.toString(), used == 0 ? Text.CLEAN : Arrays.copyOf(taint, used), false);
    }
}
