package dev.reft.graders.maths;

import dev.reft.graders.PythonCase;
import dev.reft.graders.PythonText;
import java.util.List;
import java.util.Optional;

/** Minerva's normalisation of final answers (Lewkowycz et al. 2022, appendix D), in the form that DAPO uses. */
final class Minerva {
    private static final List<String> REPLACED = List.of(
            "an ",
            "",
            "a ",
            "",
            ".$",
            "$",
            "\\$",
            "",
            "\\ ",
            "",
            " ",
            "",
            "mbox",
            "text",
            ",\\text{and}",
            ",",
            "\\text{and}",
            ",",
            "\\text{m}",
            "\\text{}");

    private static final List<String> REMOVED = List.of(
            "square",
            "ways",
            "integers",
            "dollars",
            "mph",
            "inches",
            "hours",
            "km",
            "units",
            "\\ldots",
            "sue",
            "points",
            "feet",
            "minutes",
            "digits",
            "cents",
            "degrees",
            "cm",
            "gm",
            "pounds",
            "meters",
            "meals",
            "edges",
            "students",
            "childrentickets",
            "multiples",
            "\\text{s}",
            "\\text{.}",
            "\\text{\ns}",
            "\\text{}^2",
            "\\text{}^3",
            "\\text{\n}",
            "\\text{}",
            "\\mathrm{th}",
            "^\\circ",
            "^{\\circ}",
            "\\;",
            ",\\!",
            "{,}",
            "\"",
            "\\dots");

    private Minerva() {}

    /** The line behind the last "Answer:", upper and lower case being equal. */
    static Optional<String> answer(String text) {
        String lower = PythonCase.lower(text);
        // Letters that change their length have no place before an answer that is compared by its position.
        String scanned = lower.length() == text.length() ? lower : text;
        String last = null;
        int at = scanned.indexOf("answer");
        while (at >= 0) {
            int start = blanks(text, at + "answer".length());
            int next = at + 1;
            if (start < text.length() && text.charAt(start) == ':') {
                start = blanks(text, start + 1);
                int line = text.indexOf('\n', start);
                int end = line < 0 ? text.length() : line;
                if (end > start) {
                    last = text.substring(start, end);
                    next = end;
                }
            }
            at = scanned.indexOf("answer", next);
        }
        return Optional.ofNullable(last);
    }

    private static int blanks(String text, int start) {
        int at = start;
        while (at < text.length() && PythonText.isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    static String normalised(String answer) {
        String text = answer.substring(answer.lastIndexOf('=') + 1);
        for (int i = 0; i < REPLACED.size(); i += 2) {
            text = text.replace(REPLACED.get(i), REPLACED.get(i + 1));
        }
        for (String removed : REMOVED) {
            text = text.replace(removed, "");
        }
        int first = text.indexOf('$');
        int second = text.indexOf('$', first + 1);
        text = first >= 0 && second >= 0 ? text.substring(first, second + 1) : text;
        text = unwrapped(unwrapped(unwrapped(text, "\\text{"), "\\textbf{"), "\\overline{");
        int box = text.indexOf("\\boxed{");
        int close = text.lastIndexOf('}');
        if (box >= 0 && close > box) {
            text = text.substring(0, box)
                    + text.substring(box + "\\boxed{".length(), close)
                    + text.substring(close + 1);
        }
        text = roots(fractions(text)).replace("$", "");
        String digits = text.replace(",", "");
        boolean number = !digits.isEmpty() && digits.codePoints().allMatch(PythonText::isDigit);
        return PythonText.strip(number ? digits : text);
    }

    /** Takes a command away from around its text, which ends with the first closing brace. */
    private static String unwrapped(String text, String command) {
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        for (int start = text.indexOf(command); start >= 0; start = text.indexOf(command, at)) {
            int end = text.indexOf('}', start);
            if (end < 0) {
                break;
            }
            out.append(text, at, start).append(text, start + command.length(), end);
            at = end + 1;
        }
        return out.append(text, at, text.length()).toString();
    }

    private static String fractions(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int[] codes = text.codePoints().toArray();
        for (int i = 0; i < codes.length; i++) {
            boolean bare = ends(codes, i, "frac") && codes[i] != '{' && i + 1 < codes.length;
            out.append(
                    bare
                            ? "{" + Character.toString(codes[i]) + "}{" + Character.toString(codes[++i]) + "}"
                            : Character.toString(codes[i]));
        }
        return out.toString();
    }

    private static String roots(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int[] codes = text.codePoints().toArray();
        for (int i = 0; i < codes.length; i++) {
            boolean bare = ends(codes, i, "sqrt") && codes[i] != '{';
            out.append(bare ? "{" + Character.toString(codes[i]) + "}" : Character.toString(codes[i]));
        }
        return out.toString();
    }

    private static boolean ends(int[] codes, int end, String word) {
        return end >= word.length() && new String(codes, end - word.length(), word.length()).equals(word);
    }
}
