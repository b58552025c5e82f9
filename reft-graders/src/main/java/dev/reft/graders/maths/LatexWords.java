package dev.reft.graders.maths;

import dev.reft.graders.PythonText;
import java.util.Map;

/** LaTeX as plain text: {@code \frac{a}{b}} is {@code a/b}, {@code \sqrt{a}} is {@code sqrt(a)}; braces and layout go. */
final class LatexWords {
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("pi", "pi"),
            Map.entry("infty", "inf"),
            Map.entry("cup", "U"),
            Map.entry("cdot", "*"),
            Map.entry("times", "*"),
            Map.entry("left", ""),
            Map.entry("right", ""),
            Map.entry("text", ""),
            Map.entry("mathrm", ""),
            Map.entry("mbox", ""),
            Map.entry("textbf", ""),
            Map.entry("mathbf", ""),
            Map.entry("le", "\u2264"),
            Map.entry("leq", "\u2264"),
            Map.entry("ge", "\u2265"),
            Map.entry("geq", "\u2265"),
            Map.entry("ne", "\u2260"),
            Map.entry("neq", "\u2260"),
            Map.entry("quad", " "),
            Map.entry("ldots", "..."));

    private LatexWords() {}

    static String plain(String latex) {
        String text =
                latex.replace("\\tfrac", "\\frac").replace("\\dfrac", "\\frac").replace("\\frac", " \\frac");
        try {
            return PythonText.strip(words(new LatexScanner(text), 0));
        } catch (LatexScanner.Unparsable e) {
            // What cannot be read stays as it is, as in the published grader.
            return latex;
        }
    }

    private static String words(LatexScanner in, int depth) {
        if (depth > 20) {
            throw new LatexScanner.Unparsable("deeper than 20");
        }
        StringBuilder out = new StringBuilder();
        while (in.at < in.text.length()) {
            char c = in.peek();
            if (c == '{') {
                out.append(words(new LatexScanner(in.braces()), depth + 1));
            } else if (c != '\\') {
                out.append(c == '}' ? "" : String.valueOf(c));
                in.at++;
            } else {
                out.append(command(in, depth));
            }
        }
        return out.toString();
    }

    private static String command(LatexScanner in, int depth) {
        if (depth > 20) {
            throw new LatexScanner.Unparsable("deeper than 20");
        }
        String name = in.command();
        if (name.isEmpty()) {
            in.at += 2;
            String escaped = in.text.substring(in.at - 1, Math.min(in.at, in.text.length()));
            return "{}%$&#_".contains(escaped) ? escaped : " ";
        }
        in.at += 1 + name.length();
        in.blanks();
        if (name.equals("frac")) {
            String top = argument(in, depth);
            return top + "/" + argument(in, depth);
        }
        if (name.equals("sqrt")) {
            return "sqrt(" + argument(in, depth) + ")";
        }
        return WORDS.getOrDefault(name, name);
    }

    private static String argument(LatexScanner in, int depth) {
        in.blanks();
        if (in.peek() == '{') {
            return words(new LatexScanner(in.braces()), depth + 1);
        }
        if (in.peek() == '\\') {
            return command(in, depth + 1);
        }
        in.at++;
        return in.text.substring(Math.min(in.at - 1, in.text.length()), Math.min(in.at, in.text.length()));
    }
}
