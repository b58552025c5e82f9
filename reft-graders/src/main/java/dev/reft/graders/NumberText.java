package dev.reft.graders;

import java.util.OptionalDouble;

/**
 * Reads the one number that a line states, as people write it: thousands commas, a currency sign, a unit, a percent
 * sign, a fraction, the typographic minus, a full stop at the end.
 *
 * <p>A line with two numbers states none ("18 or 19", "10-3", "1,23"): a model must not be paid for hedging. Digits that
 * end a word are part of it (m2, cm^2, CO2). NaN, infinity, hexadecimal numbers and underscores are no answers.
 */
final class NumberText {
    /** A longer line is no statement of an answer. */
    static final int LONGEST = 200;

    private final String text;
    private int at;

    private NumberText(String text) {
        this.text = text;
    }

    /**
     * The only number of a line.
     *
     * @param line any text
     * @return the number, finite; empty if the line has none, several, or is longer than {@value #LONGEST}
     */
    static OptionalDouble only(String line) {
        String text = PythonText.strip(line);
        if (text.length() > LONGEST) {
            return OptionalDouble.empty();
        }
        NumberText scan = new NumberText(text);
        OptionalDouble first = scan.next();
        return first.isPresent()
                        && Double.isFinite(first.getAsDouble())
                        && scan.next().isEmpty()
                ? first
                : OptionalDouble.empty();
    }

    /**
     * A text in which equal numbers are equal texts: integers without a point.
     *
     * @param value any number
     * @return its text
     */
    static String canonical(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return Double.isNaN(value) ? "nan" : Double.isInfinite(value) ? (value > 0 ? "inf" : "-inf") : "" + value;
    }

    private OptionalDouble next() {
        while (at < text.length()) {
            if (isDigit(at) || (charAt(at) == '.' && isDigit(at + 1) && !isWordOrDigit(at - 1))) {
                if (endsWord(at)) {
                    skipWord();
                } else {
                    return OptionalDouble.of(number());
                }
            } else {
                at++;
            }
        }
        return OptionalDouble.empty();
    }

    /** m2, CO2, cm^2: the digits belong to the word. */
    private boolean endsWord(int start) {
        return isLetter(start - 1) || (charAt(start - 1) == '^' && isLetter(start - 2));
    }

    private void skipWord() {
        while (isWordOrDigit(at)) {
            at++;
        }
    }

    private double number() {
        double sign = isMinus(signAt(at)) ? -1 : 1;
        double value = decimal();
        if (charAt(at) == '/' && isDigit(at + 1)) {
            at++;
            value /= decimal();
        }
        return sign * value;
    }

    /** Where a sign would stand: before the digits or before a currency sign; -1 if what stands there is a dash between words. */
    private int signAt(int start) {
        int before = start - 1;
        while (before >= 0 && (isCurrency(before) || charAt(before) == '\\')) {
            before--;
        }
        if (charAt(before) == ' ') {
            return text.substring(0, start).chars().skip(1).allMatch(c -> c == ' ') ? 0 : -1;
        }
        return isWordOrDigit(before - 1) || charAt(before - 1) == ')' ? -1 : before;
    }

    private double decimal() {
        StringBuilder digits = new StringBuilder();
        int start = at;
        digits(digits);
        // A comma separates thousands only between groups of three.
        if (at - start <= 3) {
            while (charAt(at) == ',' && isDigit(at + 1) && isDigit(at + 2) && isDigit(at + 3) && !isDigit(at + 4)) {
                at++;
                digits(digits);
            }
        }
        if (charAt(at) == '.' && isDigit(at + 1)) {
            at++;
            digits.append('.');
            digits(digits);
        }
        exponent(digits);
        return Double.parseDouble(digits.toString());
    }

    private void exponent(StringBuilder digits) {
        int sign = charAt(at + 1) == '-' || charAt(at + 1) == '+' ? 1 : 0;
        if ((charAt(at) == 'e' || charAt(at) == 'E') && isDigit(at + 1 + sign)) {
            digits.append(text, at, at + 1 + sign);
            at += 1 + sign;
            digits(digits);
        }
    }

    private void digits(StringBuilder out) {
        while (isDigit(at)) {
            out.append((char) ('0' + Character.digit(charAt(at), 10)));
            at++;
        }
    }

    private char charAt(int index) {
        return index < 0 || index >= text.length() ? ' ' : text.charAt(index);
    }

    private boolean isDigit(int index) {
        return PythonText.isDigit(charAt(index));
    }

    private boolean isLetter(int index) {
        return Character.isLetter(charAt(index)) || charAt(index) == '_';
    }

    private boolean isWordOrDigit(int index) {
        return isDigit(index) || isLetter(index);
    }

    private boolean isCurrency(int index) {
        return Character.getType(charAt(index)) == Character.CURRENCY_SYMBOL;
    }

    private boolean isMinus(int index) {
        return charAt(index) == '-' || charAt(index) == '\u2212';
    }
}
