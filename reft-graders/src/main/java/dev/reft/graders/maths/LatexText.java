package dev.reft.graders.maths;

import dev.reft.graders.PythonText;
import java.util.List;
import java.util.Map;

/** Makes LaTeX plain before it is parsed: spelling variants, layout and units go, the mathematics stays. */
final class LatexText {
    private static final Map<String, String> SPELLINGS = Map.ofEntries(
            Map.entry("dfrac", "\\frac"),
            Map.entry("tfrac", "\\frac"),
            Map.entry("cfrac", "\\frac"),
            Map.entry("mathrm", "\\text"),
            Map.entry("mathit", "\\text"),
            Map.entry("mathbf", "\\text"),
            Map.entry("textnormal", "\\text"),
            Map.entry("textbf", "\\text"),
            Map.entry("textit", "\\text"),
            Map.entry("textrm", "\\text"),
            Map.entry("mbox", "\\text"),
            Map.entry("operatorname", "\\text"),
            Map.entry("textsf", "\\text"),
            Map.entry("texttt", "\\text"),
            Map.entry("hbox", "\\text"),
            Map.entry("left", ""),
            Map.entry("right", ""),
            Map.entry("mleft", ""),
            Map.entry("mright", ""),
            Map.entry("big", ""),
            Map.entry("Big", ""),
            Map.entry("bigg", ""),
            Map.entry("Bigg", ""),
            Map.entry("bigl", ""),
            Map.entry("bigr", ""),
            Map.entry("Bigl", ""),
            Map.entry("Bigr", ""),
            Map.entry("middle", ""),
            Map.entry("displaystyle", " "),
            Map.entry("textstyle", " "),
            Map.entry("limits", ""),
            Map.entry("nolimits", ""),
            Map.entry("quad", " "),
            Map.entry("qquad", " "),
            Map.entry("ldots", "\\dots"),
            Map.entry("cdots", "\\dots"),
            Map.entry("dotsc", "\\dots"),
            Map.entry("dotsm", "\\dots"),
            Map.entry("lbrace", "\\{"),
            Map.entry("rbrace", "\\}"),
            Map.entry("lbrack", "["),
            Map.entry("rbrack", "]"),
            Map.entry("lparen", "("),
            Map.entry("rparen", ")"),
            Map.entry("vert", "|"),
            Map.entry("lvert", "|"),
            Map.entry("rvert", "|"),
            Map.entry("mid", "|"),
            Map.entry("colon", ":"),
            Map.entry("dollar", ""),
            Map.entry("percent", "%"),
            Map.entry("lt", "<"),
            Map.entry("gt", ">"),
            Map.entry("rm", ""),
            Map.entry("it", ""),
            Map.entry("bf", ""));

    private static final List<String> ENVIRONMENTS =
            List.of("align", "align*", "aligned", "equation", "equation*", "gather", "gather*", "gathered", "split");

    private LatexText() {}

    /** The same mathematics in fewer spellings. */
    static String plain(String latex) {
        String text = latex;
        boolean grid = text.contains("matrix") || text.contains("{array}") || text.contains("{cases}");
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                at = command(text, at, grid, out);
            } else {
                switch (c) {
                    case '$', '"' -> {}
                    case '~', '\n', '\t', '\r' -> out.append(' ');
                    case '\u2212', '\u2013' -> out.append('-');
                    case '\u00D7', '\u00B7', '\u22C5' -> out.append('*');
                    case '\u00F7' -> out.append('/');
                    case '\u2264' -> out.append("<=");
                    case '\u2265' -> out.append(">=");
                    case '\u2260' -> out.append("!=");
                    case '\u03C0' -> out.append("\\pi ");
                    case '\u221E' -> out.append("\\infty ");
                    case '\u221A' -> out.append("\\sqrt ");
                    case '\u222A' -> out.append("\\cup ");
                    case '\u2229' -> out.append("\\cap ");
                    case '\u2208' -> out.append("\\in ");
                    case '\u00B1' -> out.append("\\pm ");
                    case '\u00B0' -> out.append("^\\circ ");
                    case '\u00B2' -> out.append("^2");
                    case '\u00B3' -> out.append("^3");
                    default -> out.append(c);
                }
                at++;
            }
        }
        return PythonText.strip(out.toString().replace("{,}", ","));
    }

    /** Handles the command that starts here; where the text goes on. */
    private static int command(String text, int start, boolean grid, StringBuilder out) {
        char next = text.charAt(start + 1);
        // Doubled backslashes come from text that was escaped twice, except at the end of a matrix's row.
        if (next == '\\') {
            boolean command = start + 2 < text.length() && Character.isLetter(text.charAt(start + 2)) && !grid;
            out.append(command ? "" : grid ? "\\\\" : " ");
            return start + (command ? 1 : 2);
        }
        if (next == '!') {
            int end = start + 2;
            while (end < text.length() && text.charAt(end) == ' ') {
                end++;
            }
            return end;
        }
        if (next == '$') {
            return start + 2;
        }
        if (",;: ".indexOf(next) >= 0 || PythonText.isSpace(next)) {
            out.append(' ');
            return start + 2;
        }
        int end = start + 1;
        while (end < text.length() && isLetter(text.charAt(end))) {
            end++;
        }
        if (end == start + 1) {
            out.append('\\').append(next);
            return start + 2;
        }
        String name = text.substring(start + 1, end);
        if (name.equals("begin") || name.equals("end")) {
            int close = text.indexOf('}', end);
            if (close > 0 && text.startsWith("{", end) && ENVIRONMENTS.contains(text.substring(end + 1, close))) {
                return close + 1;
            }
        }
        if ((name.equals("left") && text.startsWith(".", end)) || (name.equals("right") && text.startsWith(".", end))) {
            return end + 1;
        }
        // Often written without the blank behind it: "\\quadx".
        if (name.startsWith("quad") || name.startsWith("qquad")) {
            out.append(' ');
            return start + 1 + name.indexOf("quad") + 4;
        }
        out.append(SPELLINGS.getOrDefault(name, "\\" + name));
        if (!SPELLINGS.containsKey(name) && end < text.length() && isLetter(text.charAt(end))) {
            out.append(' ');
        }
        return end;
    }

    static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
