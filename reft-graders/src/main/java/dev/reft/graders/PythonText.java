package dev.reft.graders;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Python's string functions where Java's differ: published graders are Python, and their verdicts depend on what
 * {@code strip()}, {@code split()}, {@code \d} and {@code float()} accept.
 */
public final class PythonText {
    private PythonText() {}

    /**
     * Whether {@code str.isspace} holds: the bidirectional types WS, B and S, and the category Zs.
     *
     * @param codePoint any code point
     * @return true for white space
     */
    public static boolean isSpace(int codePoint) {
        return (codePoint >= 0x09 && codePoint <= 0x0D)
                || (codePoint >= 0x1C && codePoint <= 0x20)
                || codePoint == 0x85
                || Character.getType(codePoint) == Character.SPACE_SEPARATOR
                || codePoint == 0x2028
                || codePoint == 0x2029;
    }

    /**
     * Whether {@code \d} matches: the category Nd of any script.
     *
     * @param codePoint any code point
     * @return true for a decimal digit
     */
    public static boolean isDigit(int codePoint) {
        return Character.getType(codePoint) == Character.DECIMAL_DIGIT_NUMBER;
    }

    /**
     * {@code str.strip()}.
     *
     * @param text any text
     * @return the text without white space at its ends
     */
    public static String strip(String text) {
        int start = 0;
        int end = text.length();
        // All white space lies in the basic plane, so chars will do.
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    /**
     * {@code str.split()}: the words between runs of white space.
     *
     * @param text any text
     * @return its words, none empty
     */
    public static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        int start = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean space = i == text.length() || isSpace(text.charAt(i));
            if (space && start >= 0) {
                words.add(text.substring(start, i));
                start = -1;
            } else if (!space && start < 0) {
                start = i;
            }
        }
        return words;
    }

    /**
     * {@code len(text.split())}: how many words {@link #split} finds, without making them.
     *
     * @param text any text
     * @return &gt;= 0
     */
    public static int countWords(String text) {
        int words = 0;
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            boolean space = isSpace(text.charAt(i));
            words += inWord || space ? 0 : 1;
            inWord = !space;
        }
        return words;
    }

    /**
     * {@code text.split(separator)[-1]}: what follows the last separator, separators being taken from the left without
     * overlap.
     *
     * @param text any text
     * @param separator not empty
     * @return the last part; the whole text if the separator is not in it
     */
    public static String lastPart(String text, String separator) {
        int start = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
            start = at + separator.length();
        }
        return text.substring(start);
    }

    /**
     * {@code text.count(part)}: how often a text comes in another, without overlap.
     *
     * @param text any text
     * @param part not empty
     * @return &gt;= 0
     */
    public static int count(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    /**
     * {@code text[-count:]}: the last code points.
     *
     * @param text any text
     * @param count how many, &gt;= 1
     * @return the end of the text, or all of it
     */
    public static String last(String text, int count) {
        int length = text.codePointCount(0, text.length());
        return length <= count ? text : text.substring(text.offsetByCodePoints(text.length(), -count));
    }

    /**
     * {@code float(text)}: white space around is dropped, digits of any script count, single underscores may stand
     * between digits, and {@code inf}, {@code infinity} and {@code nan} are numbers. Unlike
     * {@link Double#parseDouble}, suffixes ({@code 18d}) and hexadecimal numbers are refused.
     *
     * @param text any text
     * @return the number, possibly infinite or NaN; empty where Python raises ValueError
     */
    public static OptionalDouble toFloat(String text) {
        // Unlike strip(), float() does not take U+001C to U+001F for white space.
        if (text.chars().anyMatch(c -> c >= 0x1C && c <= 0x1F)) {
            return OptionalDouble.empty();
        }
        String plain = strip(asciiDigits(text));
        int sign = !plain.isEmpty() && (plain.charAt(0) == '+' || plain.charAt(0) == '-') ? 1 : 0;
        double factor = sign == 1 && plain.charAt(0) == '-' ? -1 : 1;
        String rest = plain.substring(sign);
        if (rest.equalsIgnoreCase("inf") || rest.equalsIgnoreCase("infinity")) {
            return OptionalDouble.of(factor * Double.POSITIVE_INFINITY);
        }
        if (rest.equalsIgnoreCase("nan")) {
            return OptionalDouble.of(Double.NaN);
        }
        String digits = withoutUnderscores(rest);
        return isDecimal(digits) ? OptionalDouble.of(factor * Double.parseDouble(digits)) : OptionalDouble.empty();
    }

    private static String asciiDigits(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(c > 127 && isDigit(c) ? '0' + Character.digit(c, 10) : c));
        return out.toString();
    }

    /** The text without its underscores, or "" if one of them is not between digits. */
    private static String withoutUnderscores(String text) {
        if (text.indexOf('_') < 0) {
            return text;
        }
        for (int i = text.indexOf('_'); i >= 0; i = text.indexOf('_', i + 1)) {
            if (i == 0 || i + 1 == text.length() || !isAscii(text.charAt(i - 1)) || !isAscii(text.charAt(i + 1))) {
                return "";
            }
        }
        return text.replace("_", "");
    }

    /** digits [. digits] or . digits, then perhaps an exponent. */
    private static boolean isDecimal(String text) {
        int whole = digitsFrom(text, 0);
        int at = whole;
        int fraction = 0;
        if (at < text.length() && text.charAt(at) == '.') {
            fraction = digitsFrom(text, at + 1);
            at += 1 + fraction;
        }
        if (whole + fraction == 0) {
            return false;
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            int exponent = digitsFrom(text, at);
            at += exponent;
            if (exponent == 0) {
                return false;
            }
        }
        return at == text.length();
    }

    private static int digitsFrom(String text, int start) {
        int at = start;
        while (at < text.length() && isAscii(text.charAt(at))) {
            at++;
        }
        return at - start;
    }

    private static boolean isAscii(char c) {
        return c >= '0' && c <= '9';
    }
}
