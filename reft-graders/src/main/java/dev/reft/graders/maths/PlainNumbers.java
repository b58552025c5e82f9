package dev.reft.graders.maths;

import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds numbers and arithmetic that stand in plain text. */
final class PlainNumbers {
    private static final String OPERATORS = "+-*\u00D7/^()\u00F7";
    private static final int LONGEST = 300;

    private PlainNumbers() {}

    static List<Extraction.Candidate> candidates(String text) {
        List<Extraction.Candidate> candidates = new ArrayList<>();
        Anchors anchors = new Anchors(text);
        int previous = -1;
        int expressionEnd = -1;
        int noneBefore = -1;
        for (int at = 0; at < text.length(); at++) {
            int start = start(text, at);
            if (start < 0) {
                continue;
            }
            int signed = start < text.length() && isCurrency(text.charAt(start)) ? start + 1 : start;
            int end = number(text, signed);
            int priority = end > signed ? anchors.priority(start, end, previous) : Anchors.NONE;
            // The places within an expression are part of it, not answers of their own.
            boolean skip = start < expressionEnd || start < noneBefore || !begins(text, start);
            int expression = skip ? -1 : expression(text, start);
            noneBefore = skip || expression > 0 ? noneBefore : blank(text, start);
            if (expression > 0) {
                candidates.add(candidate(
                        start,
                        expression,
                        anchors.priority(start, expression, previous),
                        text.substring(start, expression),
                        false));
                expressionEnd = expression;
            }
            if (end > signed) {
                int percent = percent(text, end);
                candidates.add(
                        candidate(start, Math.max(end, percent), priority, text.substring(signed, end), percent > end));
                previous = start;
            }
        }
        return candidates;
    }

    private static Extraction.Candidate candidate(int start, int end, int priority, String text, boolean percent) {
        return new Extraction.Candidate(start, end, priority, List.of(new Extraction.Part(text, false, percent)));
    }

    /** Where a number would start whose place begins here: at the text's start, behind white space or an equals sign, bold marks apart. */
    private static int start(String text, int at) {
        boolean begins = at == 0 || PythonText.isSpace(text.charAt(at - 1)) || text.charAt(at - 1) == '=';
        if (!begins) {
            return -1;
        }
        return text.startsWith("**", at) ? at + 2 : at;
    }

    /** The end of the number that starts here; the start if none does. */
    private static int number(String text, int start) {
        int first = start < text.length() && text.charAt(start) == '-' ? start + 1 : start;
        int whole = digits(text, first);
        if (whole == first) {
            int decimals = isAt(text, first, '.') ? digits(text, first + 1) : first;
            return first == start && decimals > first + 1 ? decimals : start;
        }
        int grouped = whole - first <= 3 && text.charAt(first) != '0' ? groups(text, whole) : whole;
        if (grouped > whole) {
            int decimals = isAt(text, grouped, '.') ? digits(text, grouped + 1) : grouped;
            return decimals > grouped + 1 ? decimals : grouped;
        }
        boolean point = isAt(text, whole, '.') || isAt(text, whole, ',');
        int decimals = point ? digits(text, whole + 1) : whole;
        return decimals > whole + 1 ? decimals : whole;
    }

    private static int groups(String text, int start) {
        int at = start;
        while ((isAt(text, at, ',') || isAt(text, at, ' ')) && digits(text, at + 1) >= at + 4) {
            at += 4;
        }
        return at;
    }

    private static int digits(String text, int start) {
        int at = start;
        while (at < text.length() && at - start < LONGEST && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    private static boolean isAt(String text, int at, char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    /** Whether a digit stands here, behind a sign or a bracket at most. */
    private static boolean begins(String text, int start) {
        int at = start;
        while (at < text.length() && at - start < 3 && (text.charAt(at) == '-' || text.charAt(at) == '(')) {
            at++;
        }
        return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    /** How far only digits and blanks follow: nothing that starts between is arithmetic. */
    private static int blank(String text, int start) {
        int at = start;
        while (at < text.length()
                && at - start < LONGEST
                && ((text.charAt(at) >= '0' && text.charAt(at) <= '9') || PythonText.isSpace(text.charAt(at)))) {
            at++;
        }
        return at < text.length() && OPERATORS.indexOf(text.charAt(at)) >= 0 ? start : at;
    }

    /** The end of the arithmetic that starts here; -1 if none does. */
    private static int expression(String text, int start) {
        int at = start;
        boolean operator = false;
        int digit = -1;
        while (at < text.length() && at - start < LONGEST) {
            char c = text.charAt(at);
            boolean isOperator = OPERATORS.indexOf(c) >= 0;
            if (c >= '0' && c <= '9') {
                digit = digit < 0 ? at : digit;
            } else if (!isOperator && c != '.' && !PythonText.isSpace(c)) {
                break;
            }
            operator |= isOperator && digit >= 0;
            at++;
        }
        if (!operator || digit - start > 3) {
            return -1;
        }
        boolean suffix = at == text.length()
                || ",:$*".indexOf(text.charAt(at)) >= 0
                || (at > start && (PythonText.isSpace(text.charAt(at - 1)) || text.charAt(at - 1) == '.'));
        while (at > start && (PythonText.isSpace(text.charAt(at - 1)) || text.charAt(at - 1) == '.')) {
            at--;
        }
        return suffix && isClosing(text.charAt(at - 1)) ? at : -1;
    }

    private static boolean isClosing(char c) {
        return (c >= '0' && c <= '9') || c == ')';
    }

    /** The end of the percent sign or word that follows; -1 if none does. */
    static int percent(String text, int start) {
        int at = start;
        while (at < text.length() && PythonText.isSpace(text.charAt(at))) {
            at++;
        }
        for (String word : List.of("\\%", "%", "percentage", "Percentage", "percent", "Percent", "pct", "Pct")) {
            if (text.startsWith(word, at)) {
                return at + word.length();
            }
        }
        return -1;
    }

    /** The value of a text that was found as a number or an expression. */
    static Optional<Node> parse(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative ? text.substring(1) : text;
        if (!digits.isEmpty()
                && digits.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.' || c == ',' || c == ' ')) {
            return Optional.of(negative ? Grids.negate(literal(digits)) : literal(digits));
        }
        return LatexParser.parse(text.replace('\u00D7', '*').replace('\u00F7', '/'));
    }

    private static Node literal(String digits) {
        int comma = digits.indexOf(',');
        boolean decimalComma = comma >= 0
                && comma == digits.lastIndexOf(',')
                && digits.indexOf('.') < 0
                && (digits.length() - comma != 4 || comma > 3 || digits.charAt(0) == '0');
        String plain = decimalComma ? digits.replace(',', '.') : digits.replace(",", "");
        String joined = plain.replace(" ", "");
        return new Node.Num(Numbers.exact(joined), joined.indexOf('.') >= 0);
    }

    private static boolean isCurrency(char c) {
        return Character.getType(c) == Character.CURRENCY_SYMBOL;
    }
}
