package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Values.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's string algorithms on {@link Text}. */
final class Strings {
    private Strings() {}

    /** A string argument. */
    static Text require(@Nullable Object value) {
        if (value instanceof Text text) {
            return plain(text);
        } else if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        throw new Refusal("a string is needed, not '" + (value == null ? "nothing" : Values.type(value)) + "'");
    }

    /** Refuses Markup, whose operators would escape what they meet. */
    static Text plain(Text text) {
        if (text.isMarkup()) {
            throw Refusal.unsupported("an operation on what 'safe' or 'escape' returned");
        }
        return text;
    }

    static boolean isSpace(int c) {
        return c == ' '
                || (c >= 9 && c <= 13)
                || (c >= 28 && c <= 31)
                || c == 0x85
                || c == 0xA0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    /** {@code strip}, {@code lstrip} and {@code rstrip}; without characters, of white space. */
    static Text strip(Budget budget, Text text, @Nullable Object characters, boolean left, boolean right) {
        @Nullable
        String set = characters == null || characters instanceof Values.None
                ? null
                : require(characters).value();
        String value = text.value();
        int cost = set == null ? 1 : set.length() / 8 + 1;
        int from = 0;
        int to = value.length();
        while (left && from < to && strips(set, value.codePointAt(from))) {
            from += Character.charCount(value.codePointAt(from));
            budget.work(cost);
        }
        while (right && from < to && strips(set, value.codePointBefore(to))) {
            to -= Character.charCount(value.codePointBefore(to));
            budget.work(cost);
        }
        return text.slice(from, to);
    }

    private static boolean strips(@Nullable String set, int c) {
        return set == null ? isSpace(c) : set.indexOf(c) >= 0;
    }

    static int indexOf(Budget budget, String text, String part, int from) {
        budget.work(searchCost(text.length() - from, part.length()));
        return text.indexOf(part, from);
    }

    /** Searching may compare every place with the whole part. */
    private static long searchCost(long length, long part) {
        return Math.max(0, length) / 8 * (part / 8 + 1) + 1;
    }

    static Text replace(Budget budget, Text text, Text old, Text fresh, long count) {
        String value = text.value();
        budget.work(searchCost(value.length(), old.value().length()));
        TextBuilder out = new TextBuilder(budget);
        int at = 0;
        long left = count < 0 ? Long.MAX_VALUE : count;
        if (old.isEmpty()) {
            while (left > 0 && at < value.length()) {
                int next = at + Character.charCount(value.codePointAt(at));
                out.append(fresh).append(text.slice(at, next));
                at = next;
                left--;
            }
            return left > 0
                    ? out.append(fresh).build()
                    : out.append(text.slice(at, value.length())).build();
        }
        for (; left > 0; left--) {
            int found = value.indexOf(old.value(), at);
            if (found < 0) {
                break;
            }
            out.append(text.slice(at, found)).append(fresh);
            at = found + old.value().length();
        }
        return at == 0 ? text : out.append(text.slice(at, value.length())).build();
    }

    static List<Object> split(Budget budget, Text text, @Nullable Object separator, long most) {
        long left = most < 0 ? Long.MAX_VALUE : most;
        budget.work(text.value().length() / 8 + 1);
        if (separator == null || separator instanceof Values.None) {
            return words(budget, text, left);
        }
        String cut = separator(separator);
        String value = text.value();
        budget.work(searchCost(value.length(), cut.length()));
        List<Object> result = new ArrayList<>();
        int at = 0;
        for (; left > 0; left--) {
            int found = value.indexOf(cut, at);
            if (found < 0) {
                break;
            }
            budget.memory(8 + found - at);
            result.add(text.slice(at, found));
            at = found + cut.length();
        }
        result.add(text.slice(at, value.length()));
        return result;
    }

    static String separator(Object separator) {
        String cut = require(separator).value();
        if (cut.isEmpty()) {
            throw new Refusal("empty separator");
        }
        return cut;
    }

    private static List<Object> words(Budget budget, Text text, long most) {
        List<Object> result = new ArrayList<>();
        String value = text.value();
        int at = 0;
        while (true) {
            while (at < value.length() && isSpace(value.charAt(at))) {
                at++;
            }
            if (at == value.length()) {
                return result;
            }
            int end = at;
            if (result.size() >= most) {
                // Python leaves the white space at the end of the rest.
                result.add(text.slice(at, value.length()));
                return result;
            }
            while (end < value.length() && !isSpace(value.charAt(end))) {
                end++;
            }
            budget.memory(8 + end - at);
            result.add(text.slice(at, end));
            at = end;
        }
    }

    static List<Object> rsplit(Budget budget, Text text, @Nullable Object separator, long most) {
        if (most < 0) {
            return split(budget, text, separator, most);
        } else if (separator == null || separator instanceof Values.None) {
            throw Refusal.unsupported("rsplit() by white space with a limit");
        }
        String cut = separator(separator);
        String value = text.value();
        budget.work(searchCost(value.length(), cut.length()));
        List<Object> result = new ArrayList<>();
        int end = value.length();
        for (long left = most; left > 0; left--) {
            int found = value.lastIndexOf(cut, end - cut.length());
            if (found < 0 || end < cut.length()) {
                break;
            }
            budget.memory(8 + end - found);
            result.add(0, text.slice(found + cut.length(), end));
            end = found;
        }
        result.add(0, text.slice(0, end));
        return result;
    }

    static List<Object> lines(Budget budget, Text text, boolean keepEnds) {
        List<Object> result = new ArrayList<>();
        String value = text.value();
        int start = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!isLineEnd(c)) {
                continue;
            }
            int next = c == '\r' && i + 1 < value.length() && value.charAt(i + 1) == '\n' ? i + 2 : i + 1;
            budget.memory(8 + next - start);
            result.add(text.slice(start, keepEnds ? next : i));
            start = next;
            i = next - 1;
        }
        if (start < value.length()) {
            result.add(text.slice(start, value.length()));
        }
        return result;
    }

    private static boolean isLineEnd(char c) {
        return (c >= '\n' && c <= '\r') || (c >= 28 && c <= 30) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    /** Pads to a width: at the left by {@code left} of the spaces. */
    static Text pad(Budget budget, Text text, long width, @Nullable Object fill, char how) {
        Text with = fill == null ? Text.trusted(" ") : require(fill);
        if (with.size() != 1) {
            throw new Refusal("the fill must be one character");
        }
        long missing = width - text.size();
        if (missing <= 0) {
            return text;
        }
        long before =
                switch (how) {
                    case 'l' -> 0;
                    case 'r' -> missing;
                    default -> missing / 2 + (missing & width & 1);
                };
        return new TextBuilder(budget)
                .repeat(with, before)
                .append(text)
                .repeat(with, missing - before)
                .build();
    }

    static Text upper(Budget budget, Text text) {
        checkKnown(text.value());
        return text.map(budget, s -> s.toUpperCase(Locale.ROOT));
    }

    static Text lower(Budget budget, Text text) {
        checkKnown(text.value());
        return text.map(budget, s -> s.toLowerCase(Locale.ROOT));
    }

    static Text capitalize(Budget budget, Text text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.value().codePointAt(0));
        return new TextBuilder(budget)
                .append(titleCase(budget, text.slice(0, first)))
                .append(lowerRest(budget, text.slice(first, text.value().length())))
                .build();
    }

    /** Lower case of a piece of a word; a sigma's form depends on what is before the piece. */
    static Text lowerRest(Budget budget, Text text) {
        if (text.value().indexOf('\u03A3') >= 0) {
            throw Refusal.unsupported("the lower case of a final sigma");
        }
        return lower(budget, text);
    }

    /** The title case of one character. */
    static Text titleCase(Budget budget, Text character) {
        checkKnown(character.value());
        int c = character.value().codePointAt(0);
        String upper = character.value().toUpperCase(Locale.ROOT);
        if (upper.codePointCount(0, upper.length()) > 1) {
            if (c != '\u00DF') {
                throw Refusal.unsupported(String.format("the title case of U+%04X", c));
            }
            return character.map(budget, s -> "Ss");
        }
        return character.map(budget, s -> Character.toString(Character.toTitleCase(s.codePointAt(0))));
    }

    /** Case and class of characters depend on the version of Unicode; those that ours lacks are refused. */
    static void checkKnown(String value) {
        for (int i = 0; i < value.length(); ) {
            int c = value.codePointAt(i);
            if (c > 127 && Character.getType(c) == Character.UNASSIGNED) {
                throw Refusal.unsupported(
                        String.format("the case of U+%04X, which this version of Unicode does not know,", c));
            }
            i += Character.charCount(c);
        }
    }
}
