package dev.reft.graders.openai;

import java.util.Optional;

/**
 * Whether a Python source defines {@code grade} with two arguments, as far as its text shows. Only functions at the left
 * margin are judged; where {@code grade} is made otherwise (imported, assigned), the sandbox finds out.
 */
final class PythonSignature {
    private PythonSignature() {}

    /** What is wrong, or empty. */
    static Optional<String> check(String source) {
        String code = withoutText(source);
        int start = -1;
        for (int at = code.indexOf("def grade"); at >= 0; at = code.indexOf("def grade", at + 1)) {
            int name = at + "def grade".length();
            boolean whole = name < code.length() && (code.charAt(name) == '(' || isBlank(code.charAt(name)));
            boolean margin = at == 0 || code.charAt(at - 1) == '\n';
            if (whole && margin) {
                start = name; // the last definition counts
            }
        }
        if (start < 0) {
            return code.contains("grade")
                    ? Optional.empty()
                    : Optional.of("must define a function grade(sample, item)");
        }
        int open = code.indexOf('(', start);
        return open < 0 ? Optional.of("has an unfinished definition of grade") : parameters(code, open + 1);
    }

    private static Optional<String> parameters(String code, int start) {
        Count count = new Count();
        int depth = 0;
        int from = start;
        for (int at = start; at < code.length(); at++) {
            char c = code.charAt(at);
            if (c == '(' || c == '[' || c == '{') {
                depth++;
            } else if (depth > 0 && (c == ')' || c == ']' || c == '}')) {
                depth--;
            } else if (depth == 0 && (c == ',' || c == ')')) {
                count.add(code.substring(from, at).strip());
                from = at + 1;
                if (c == ')') {
                    return count.verdict();
                }
            }
        }
        return Optional.of("has an unfinished definition of grade");
    }

    /** How many arguments a call may pass by position, and must. */
    private static final class Count {
        private int required;
        private int positional;
        private boolean any;
        private boolean byName;
        private boolean requiredByName;

        void add(String parameter) {
            if (parameter.isEmpty() || parameter.equals("/")) {
                return;
            }
            boolean optional = parameter.contains("=");
            if (parameter.startsWith("**")) {
                return;
            }
            if (parameter.startsWith("*")) {
                any |= parameter.length() > 1;
                byName = true;
            } else if (byName) {
                requiredByName |= !optional;
            } else {
                positional++;
                required += optional ? 0 : 1;
            }
        }

        Optional<String> verdict() {
            boolean fits = required <= 2 && (positional >= 2 || any) && !requiredByName;
            return fits
                    ? Optional.empty()
                    : Optional.of("grade must take exactly two arguments, sample and item; it takes " + positional);
        }
    }

    /** The source with comments and the insides of strings as blanks, line by line as it was. */
    private static String withoutText(String source) {
        StringBuilder out = new StringBuilder(source.replace("\r\n", "\n").replace('\r', '\n'));
        int at = 0;
        while (at < out.length()) {
            char c = out.charAt(at);
            if (c == '#') {
                while (at < out.length() && out.charAt(at) != '\n') {
                    out.setCharAt(at++, ' ');
                }
            } else if (c == '"' || c == '\'') {
                at = blankString(out, at, c);
            } else {
                at++;
            }
        }
        return out.toString();
    }

    private static int blankString(StringBuilder out, int start, char quote) {
        String triple = String.valueOf(quote).repeat(3);
        boolean isTriple =
                out.length() >= start + 3 && out.substring(start, start + 3).equals(triple);
        int at = start + (isTriple ? 3 : 1);
        while (at < out.length()) {
            char c = out.charAt(at);
            if (c == '\\') {
                blank(out, at);
                blank(out, at + 1);
                at += 2;
            } else if (isTriple
                    && out.length() >= at + 3
                    && out.substring(at, at + 3).equals(triple)) {
                return at + 3;
            } else if (!isTriple && (c == quote || c == '\n')) {
                return at + 1;
            } else {
                blank(out, at++);
            }
        }
        return at;
    }

    private static void blank(StringBuilder out, int at) {
        if (at < out.length()) {
            out.setCharAt(at, ' ');
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\\';
    }
}
