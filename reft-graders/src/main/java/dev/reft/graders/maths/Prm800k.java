package dev.reft.graders.maths;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * PRM800K's comparison (Lightman et al. 2023): equal after the MATH data set's normalisation, or after its own; else element by element,
 * where fractions must be reduced and integers written as such, and other elements are equal in value.
 */
final class Prm800k {
    /** A longer answer is compared as text only. */
    private static final int LONGEST = 5000;

    private static final List<Pattern> UNITS = List.of(
                    "degree",
                    "cm",
                    "centimeter",
                    "meter",
                    "mile",
                    "second",
                    "minute",
                    "hour",
                    "day",
                    "week",
                    "month",
                    "year",
                    "foot",
                    "feet",
                    "inch",
                    "yard",
                    "liter")
            .stream()
            .map(unit -> Pattern.compile(unit + "(?:es)?s? *+(?:\\^[0-9]++)?"))
            .toList();

    private static final Pattern CIRCLE = Pattern.compile("\\^ *+\\\\circ");
    private static final Pattern THIN_COMMA = Pattern.compile(",\\\\! *+");
    private static final Pattern MIXED = Pattern.compile("([0-9]) ++([0-9])");
    private static final Pattern FRACTION = Pattern.compile("-?[0-9]++.?/0*+[1-9][0-9]*+.?", Pattern.DOTALL);
    private static final Pattern LARGE_POWER = Pattern.compile("\\^[0-9]++\\^|\\^[0-9][0-9]|\\^[{(]");

    /** Values are compared, not rounded. */
    private static final Equality VALUES = new Equality(new Equivalence(true, true, false, 15, true, false));

    private Prm800k() {}

    static boolean equal(String answer, String reference) {
        if (plain(answer).equals(plain(reference))) {
            return true;
        }
        if (answer.length() > LONGEST || reference.length() > LONGEST) {
            return false;
        }
        String given = normalised(answer);
        String right = normalised(reference);
        if (given.equals(right)) {
            return true;
        }
        if (given.isEmpty() || right.isEmpty()) {
            return false;
        }
        List<String> expected = elements(right);
        List<String> found = elements(given);
        boolean bracketsDiffer = right.charAt(0) != given.charAt(0)
                || right.charAt(right.length() - 1) != given.charAt(given.length() - 1);
        if (expected.size() != found.size() || (expected.size() > 1 && bracketsDiffer)) {
            return false;
        }
        for (int i = 0; i < expected.size(); i++) {
            if (!elementEqual(expected.get(i), found.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean elementEqual(String right, String given) {
        if (FRACTION.matcher(right).matches() && FRACTION.matcher(given).matches()) {
            return right.equals(given);
        }
        if (isInteger(right) != isInteger(given)) {
            return false;
        }
        String both = right + "-" + given;
        long letters = both.replace("sqrt", "")
                .replace("frac", "")
                .codePoints()
                .filter(Character::isLetter)
                .distinct()
                .count();
        if (letters > 2 || LARGE_POWER.matcher(both).find()) {
            return false;
        }
        Optional<Node> a = LatexParser.parse(right);
        Optional<Node> b = LatexParser.parse(given);
        return a.isPresent()
                && b.isPresent()
                && isScalar(a.get())
                && isScalar(b.get())
                && VALUES.equal(a.get(), b.get());
    }

    private static boolean isScalar(Node node) {
        return node instanceof Node.Num || node instanceof Node.Sym || node instanceof Node.Op;
    }

    /** The MATH data set's normalisation, a {@code \text} around the answer being taken away first. */
    private static String plain(String answer) {
        return Hendrycks.normalised(PythonText.strip(unwrapped(PythonText.strip(answer))));
    }

    private static String unwrapped(String text) {
        return text.startsWith("\\text{")
                        && text.endsWith("}")
                        && text.length() > "\\text{}".length()
                        && text.indexOf('\n') < 0
                ? text.substring("\\text{".length(), text.length() - 1)
                : text;
    }

    private static String normalised(String answer) {
        String text = unwrapped(answer)
                .replace("\\%", "%")
                .replace("\\$", "$")
                .replace("$", "")
                .replace("%", "");
        text = text.replace(" or ", " , ").replace(" and ", " , ");
        text = text.replace("million", "*10^6").replace("billion", "*10^9").replace("trillion", "*10^12");
        for (Pattern unit : UNITS) {
            text = unit.matcher(text).replaceAll("");
        }
        text = CIRCLE.matcher(text).replaceAll("");
        if (text.startsWith("{") && text.endsWith("}") && text.length() > 1) {
            text = text.substring(1, text.length() - 1);
        }
        text = integer(THIN_COMMA.matcher(text).replaceAll(""), false);
        text = text.indexOf('\\') >= 0 ? LatexWords.plain(text) : text;
        text = minusTogether(text);
        text = PythonCase.lower(MIXED.matcher(text).replaceAll("$1+$2"));
        return integer(text, true);
    }

    /** {@code "- 3"} becomes {@code "-3"}. */
    private static String minusTogether(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean minus = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            minus = c == '-' || (minus && c == ' ');
            if (c != ' ' || !minus) {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** An integer written in another way, as a computer writes it; commas between thousands only where asked for. */
    private static String integer(String text, boolean commas) {
        OptionalDouble number = PythonText.toFloat(commas ? withoutCommas(text) : text);
        boolean whole = number.isPresent() && Math.abs(number.getAsDouble() - Math.rint(number.getAsDouble())) <= 1e-7;
        return whole
                ? new BigDecimal(Math.rint(number.getAsDouble())).toBigInteger().toString()
                : text;
    }

    private static boolean isInteger(String text) {
        OptionalDouble number = PythonText.toFloat(withoutCommas(text));
        return number.isPresent() && Math.abs(number.getAsDouble() - Math.rint(number.getAsDouble())) <= 1e-7;
    }

    /** Without the commas that have three digits and no fourth behind them. */
    private static String withoutCommas(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            boolean separates = text.charAt(i) == ','
                    && digit(text, i - 1)
                    && digit(text, i + 1)
                    && digit(text, i + 2)
                    && digit(text, i + 3)
                    && !digit(text, i + 4);
            if (!separates) {
                out.append(text.charAt(i));
            }
        }
        return out.toString();
    }

    private static boolean digit(String text, int at) {
        return at >= 0 && at < text.length() && PythonText.isDigit(text.charAt(at));
    }

    private static List<String> elements(String text) {
        String plain = withoutCommas(text);
        boolean tuple = plain.length() > 2
                && isBracket(plain.charAt(0))
                && isBracket(plain.charAt(plain.length() - 1))
                && plain.substring(1, plain.length() - 1).chars().noneMatch(Prm800k::isBracket);
        if (!tuple) {
            return List.of(plain);
        }
        List<String> elements = new ArrayList<>();
        for (String element : plain.substring(1, plain.length() - 1).split(",", -1)) {
            elements.add(PythonText.strip(element));
        }
        return elements;
    }

    private static boolean isBracket(int c) {
        return c == '(' || c == ')' || c == '[' || c == ']';
    }
}
