package dev.reft.graders.instructions;

import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Scans that the published rules write as Python regular expressions; each is linear in the length of the text. */
final class Texts {
    private Texts() {}

    /** {@code \w}: a letter, a number of any kind, or an underscore; unlike in Java no combining mark. */
    static boolean isWord(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.LETTER_NUMBER,
                    Character.OTHER_NUMBER -> true;
            default -> codePoint == '_';
        };
    }

    /** All {@code \w+}. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        int start = -1;
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            if (isWord(codePoint)) {
                start = start < 0 ? at : start;
            } else if (start >= 0) {
                words.add(text.substring(start, at));
                start = -1;
            }
            at += Character.charCount(codePoint);
        }
        if (start >= 0) {
            words.add(text.substring(start));
        }
        return words;
    }

    /** How many {@code \w+} consist of characters of one kind only. */
    static int wordsOf(String text, IntPredicate kind) {
        int count = 0;
        for (String word : words(text)) {
            count += word.codePoints().allMatch(kind) ? 1 : 0;
        }
        return count;
    }

    /** Where a plain text stands next, upper and lower case being equal; -1 if nowhere. */
    static int find(String text, String part, int from) {
        for (int at = from; at + part.length() <= text.length(); at++) {
            if (text.regionMatches(true, at, part, 0, part.length())) {
                return at;
            }
        }
        return -1;
    }

    /** How often a plain text occurs, without overlap, upper and lower case being equal. */
    static int occurrences(String text, String part) {
        int count = 0;
        for (int at = find(text, part, 0); at >= 0; at = find(text, part, at + part.length())) {
            count++;
        }
        return count;
    }

    /** {@code \bpart\b}, upper and lower case being equal. */
    static boolean containsWord(String text, String part) {
        for (int at = find(text, part, 0); at >= 0; at = find(text, part, at + 1)) {
            if (isBoundary(text, at) && isBoundary(text, at + part.length())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBoundary(String text, int at) {
        boolean before = at > 0 && isWord(text.codePointBefore(at));
        boolean after = at < text.length() && isWord(text.codePointAt(at));
        return before != after;
    }

    /** {@code text.split(separator)}: empty parts are kept, unlike {@link String#split}. */
    static List<String> split(String text, String separator) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
            parts.add(text.substring(start, at));
            start = at + separator.length();
        }
        parts.add(text.substring(start));
        return parts;
    }

    /** How many non-overlapping {@code open...close} stand within one line, {@code least} or more characters apart. */
    static int enclosed(String text, String open, String close, int least) {
        int count = 0;
        // Both are looked for again only when passed, so that the whole stays linear.
        int end = -1;
        int line = -1;
        int at = text.indexOf(open);
        while (at >= 0) {
            if (line < at) {
                line = text.indexOf('\n', at);
                line = line < 0 ? text.length() : line;
            }
            int earliest = at + open.length() + least;
            if (end < earliest) {
                end = text.indexOf(close, earliest);
            }
            if (end < 0) {
                return count;
            }
            boolean inLine = end < line;
            count += inLine ? 1 : 0;
            at = text.indexOf(open, inLine ? end + close.length() : line);
        }
        return count;
    }

    /** How many parts are not blank, where only the first and the last may be; -1 if another is. */
    static int filledParts(List<String> parts) {
        int count = parts.size();
        for (int i = 0; i < parts.size(); i++) {
            if (PythonText.strip(parts.get(i)).isEmpty()) {
                if (i > 0 && i < parts.size() - 1) {
                    return -1;
                }
                count--;
            }
        }
        return count;
    }

    /** {@code text.strip(c)}. */
    static String strip(String text, char c) {
        int start = 0;
        int end = text.length();
        while (start < end && text.charAt(start) == c) {
            start++;
        }
        while (end > start && text.charAt(end - 1) == c) {
            end--;
        }
        return text.substring(start, end);
    }

    /** {@code str.isupper()}: one cased character at least, and none that is not upper case. */
    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    /** {@code str.islower()}. */
    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    /** Without what is neither a word character nor white space. */
    static String withoutPunctuation(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().filter(c -> isWord(c) || PythonText.isSpace(c)).forEach(out::appendCodePoint);
        return out.toString();
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
