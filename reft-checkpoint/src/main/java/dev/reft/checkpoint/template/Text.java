package dev.reft.checkpoint.template;

import java.util.function.UnaryOperator;

/**
 * A Python string that remembers which of its characters come from the chat rather than from the template.
 *
 * <p>Equality and order look at the characters only; order and indices count code points, as Python does.
 */
final class Text implements Comparable<Text> {
    static final int[] CLEAN = {};
    static final Text EMPTY = new Text("", CLEAN, false);

    private final String value;
    /** Start and end (UTF-16) of each untrusted range, ascending and apart. */
    private final int[] taint;

    private final boolean markup;
    private int size = -1;

    Text(String value, int[] taint, boolean markup) {
        this.value = value;
        this.taint = taint;
        this.markup = markup;
    }

    static Text trusted(String value) {
        return value.isEmpty() ? EMPTY : new Text(value, CLEAN, false);
    }

    static Text untrusted(String value) {
        return value.isEmpty() ? EMPTY : new Text(value, new int[] {0, value.length()}, false);
    }

    static Text of(String value, boolean trusted) {
        return trusted ? trusted(value) : untrusted(value);
    }

    String value() {
        return value;
    }

    int[] taint() {
        return taint;
    }

    /** Whether it is what Jinja calls Markup, whose operators escape; few operations are defined on it here. */
    boolean isMarkup() {
        return markup;
    }

    Text asMarkup() {
        return new Text(value, taint, true);
    }

    boolean isEmpty() {
        return value.isEmpty();
    }

    boolean isTrusted() {
        return taint.length == 0;
    }

    /** Length in code points. */
    int size() {
        if (size < 0) {
            size = value.codePointCount(0, value.length());
        }
        return size;
    }

    /** The UTF-16 index of a code point. */
    int offset(int codePoint) {
        return size() == value.length() ? codePoint : value.offsetByCodePoints(0, codePoint);
    }

    /** The code points from one index up to another. */
    Text range(int from, int to) {
        return from >= to ? EMPTY : slice(offset(from), offset(to));
    }

    /** The characters from one UTF-16 index up to another. */
    Text slice(int from, int to) {
        if (from >= to) {
            return EMPTY;
        }
        if (from == 0 && to == value.length()) {
            return markup ? new Text(value, taint, false) : this;
        }
        int pairs = 0;
        for (int i = 0; i < taint.length; i += 2) {
            pairs += taint[i] < to && taint[i + 1] > from ? 1 : 0;
        }
        int[] cut = pairs == 0 ? CLEAN : new int[2 * pairs];
        int next = 0;
        for (int i = 0; i < taint.length && pairs > 0; i += 2) {
            if (taint[i] < to && taint[i + 1] > from) {
                cut[next++] = Math.max(taint[i], from) - from;
                cut[next++] = Math.min(taint[i + 1], to) - from;
            }
        }
        return new Text(value.substring(from, to), cut, false);
    }

    /** Whether any character of a UTF-16 range is untrusted. */
    boolean isTainted(int from, int to) {
        for (int i = 0; i < taint.length; i += 2) {
            if (taint[i] < to && taint[i + 1] > from) {
                return true;
            }
        }
        return false;
    }

    /**
     * Applies a change of characters such as upper case. Trust is kept where the parts change as the whole does, otherwise
     * the result is untrusted as a whole.
     */
    Text map(Budget budget, UnaryOperator<String> change) {
        String whole = change.apply(value);
        budget.memory(whole.length());
        if (isTrusted()) {
            return trusted(whole);
        }
        TextBuilder parts = new TextBuilder(budget);
        int at = 0;
        for (int i = 0; i <= taint.length; i++) {
            int end = i < taint.length ? taint[i] : value.length();
            if (end > at) {
                parts.append(change.apply(value.substring(at, end)), i % 2 == 0);
                at = end;
            }
        }
        Text result = parts.build();
        return result.value.equals(whole) ? result : untrusted(whole);
    }

    @Override
    public int compareTo(Text other) {
        int length = Math.min(value.length(), other.value.length());
        for (int i = 0; i < length; i++) {
            char a = value.charAt(i);
            char b = other.value.charAt(i);
            if (a != b) {
                // A surrogate stands for a code point above every other char.
                boolean highA = Character.isSurrogate(a);
                return highA == Character.isSurrogate(b) ? Character.compare(a, b) : highA ? 1 : -1;
            }
        }
        return Integer.compare(value.length(), other.value.length());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text text && value.equals(text.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
