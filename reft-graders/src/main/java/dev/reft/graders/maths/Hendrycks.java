package dev.reft.graders.maths;

import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The MATH data set's normalisation of answers, after which equal answers should be equal texts. */
final class Hendrycks {
    private Hendrycks() {}

    /** Equal after normalisation; where either cannot be normalised, equal as they are. */
    static boolean equal(String a, String b) {
        Optional<String> left = normalise(a);
        Optional<String> right = normalise(b);
        return (left.isPresent() && right.isPresent()) ? left.equals(right) : a.equals(b);
    }

    /** The normalised text, or the text where it cannot be normalised. */
    static String normalised(String text) {
        return normalise(text).orElse(text);
    }

    private static Optional<String> normalise(String answer) {
        String text = answer.replace("\n", "").replace("\\!", "").replace("\\\\", "\\");
        text = text.replace("tfrac", "frac")
                .replace("dfrac", "frac")
                .replace("\\left", "")
                .replace("\\right", "");
        text = text.replace("^{\\circ}", "").replace("^\\circ", "").replace("\\$", "");
        // Units stand in "\text{ " at the end of the data set's answers, and nowhere else.
        int unit = text.indexOf("\\text{ ");
        if (unit >= 0 && text.indexOf("\\text{ ", unit + 1) >= 0) {
            return Optional.empty();
        }
        text = unit >= 0 ? text.substring(0, unit) : text;
        text = text.replace("\\\\%", "").replace("\\%", "").replace(" .", " 0.").replace("{.", "{0.");
        if (text.isEmpty()) {
            return Optional.of(text);
        }
        text = text.startsWith(".") ? "0" + text : text;
        // A short name before the only equals sign: "k = ".
        int equals = text.indexOf('=');
        if (equals >= 0 && equals == text.lastIndexOf('=') && text.codePointCount(0, equals) <= 2) {
            text = text.substring(equals + 1);
        }
        return roots(text)
                .map(t -> t.replace(" ", ""))
                .flatMap(Hendrycks::fractions)
                .map(t -> slash(t.equals("0.5") ? "\\frac{1}{2}" : t));
    }

    /** {@code \sqrt3} becomes {@code \sqrt{3}}. */
    private static Optional<String> roots(String text) {
        List<String> parts = split(text, "\\sqrt");
        StringBuilder out = new StringBuilder(parts.get(0));
        for (String part : parts.subList(1, parts.size())) {
            if (part.isEmpty()) {
                return Optional.empty();
            }
            int first = Character.charCount(part.codePointAt(0));
            out.append("\\sqrt")
                    .append(
                            part.charAt(0) == '{'
                                    ? part
                                    : "{" + part.substring(0, first) + "}" + part.substring(first));
        }
        return Optional.of(out.toString());
    }

    /** {@code \frac12} and {@code \frac1{72}} get their braces. */
    private static Optional<String> fractions(String text) {
        List<String> parts = split(text, "\\frac");
        StringBuilder out = new StringBuilder(parts.get(0));
        for (String part : parts.subList(1, parts.size())) {
            out.append("\\frac");
            if (part.isEmpty()) {
                return Optional.empty();
            }
            if (part.charAt(0) == '{') {
                out.append(part);
                continue;
            }
            int[] codes = part.codePoints().toArray();
            if (codes.length < 2) {
                return Optional.of(text);
            }
            out.append('{').appendCodePoint(codes[0]).append('}');
            String second = new String(codes, 1, 1);
            out.append(second.equals("{") ? second : "{" + second + "}").append(new String(codes, 2, codes.length - 2));
        }
        return Optional.of(out.toString());
    }

    /** {@code 3/4} becomes {@code \frac{3}{4}}, if both are integers as a computer writes them. */
    private static String slash(String text) {
        int at = text.indexOf('/');
        if (at < 0
                || at != text.lastIndexOf('/')
                || !isInteger(text.substring(0, at))
                || !isInteger(text.substring(at + 1))) {
            return text;
        }
        return "\\frac{" + text.substring(0, at) + "}{" + text.substring(at + 1) + "}";
    }

    private static boolean isInteger(String text) {
        String digits = text.startsWith("-") ? text.substring(1) : text;
        boolean plain = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return plain && (digits.charAt(0) != '0' || text.equals("0"));
    }

    /** What the last box holds: behind {@code "\boxed "} to the next dollar, else between its braces. */
    static Optional<String> lastBoxed(String text) {
        if (text.contains("\\boxed ")) {
            String rest = PythonText.lastPart(text, "\\boxed ");
            int dollar = rest.indexOf('$');
            return Optional.of(dollar < 0 ? rest : rest.substring(0, dollar));
        }
        // A box drawn by other means, \fbox, is found and then not understood by the published rule.
        int at = text.lastIndexOf("\\boxed");
        return at < 0 || !text.startsWith("\\boxed{", at) ? Optional.empty() : braced(text, at + "\\boxed".length());
    }

    /** What stands between the braces of the last such command. */
    static Optional<String> lastBraced(String text, String command) {
        int at = text.lastIndexOf(command);
        return at < 0 ? Optional.empty() : braced(text, at + command.length() - 1);
    }

    private static Optional<String> braced(String text, int open) {
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
            if (depth == 0) {
                return Optional.of(text.substring(open + 1, i));
            }
        }
        return Optional.empty();
    }

    private static List<String> split(String text, String separator) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
            parts.add(text.substring(start, at));
            start = at + separator.length();
        }
        parts.add(text.substring(start));
        return parts;
    }
}
