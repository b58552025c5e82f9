package dev.reft.graders.maths;

import dev.reft.graders.PythonText;
import java.util.Optional;

/** A position in a LaTeX text, with what a parser asks of it. */
class LatexScanner {
    /** Thrown at what is not understood; carries no stack, as many texts are not. */
    static final class Unparsable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unparsable(String message) {
            super(message, null, false, false);
        }
    }

    final String text;
    int at;

    LatexScanner(String text) {
        this.text = text;
    }

    char peek() {
        return peek(0);
    }

    char peek(int ahead) {
        return at + ahead < text.length() ? text.charAt(at + ahead) : '\0';
    }

    void blanks() {
        while (at < text.length() && PythonText.isSpace(text.charAt(at))) {
            at++;
        }
    }

    boolean atEnd() {
        blanks();
        return at >= text.length();
    }

    /** Takes a plain text if it stands here. */
    boolean take(String wanted) {
        if (text.startsWith(wanted, at)) {
            at += wanted.length();
            return true;
        }
        return false;
    }

    void expect(String wanted) {
        blanks();
        if (!take(wanted)) {
            throw new Unparsable("expected '" + wanted + "' at " + at);
        }
    }

    /** The name of the command that stands here, such as {@code frac}; "" if none does. */
    String command() {
        if (peek() != '\\') {
            return "";
        }
        int end = at + 1;
        while (end < text.length() && LatexText.isLetter(text.charAt(end))) {
            end++;
        }
        return text.substring(at + 1, end);
    }

    boolean takeCommand(String name) {
        if (command().equals(name)) {
            at += 1 + name.length();
            return true;
        }
        return false;
    }

    /** The word of plain letters that stands here. */
    String word() {
        int end = at;
        while (end < text.length() && LatexText.isLetter(text.charAt(end))) {
            end++;
        }
        return text.substring(at, end);
    }

    /** What stands between the braces that open here, braces within it included; moves behind them. */
    String braces() {
        blanks();
        if (peek() != '{') {
            throw new Unparsable("expected '{' at " + at);
        }
        int end = closing(text, at);
        if (end < 0) {
            throw new Unparsable("'{' at " + at + " is never closed");
        }
        String inside = text.substring(at + 1, end);
        at = end + 1;
        return inside;
    }

    /** The place of the brace that closes the one at a place; -1 if none does. */
    static int closing(String text, int open) {
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    /** The words of a {@code \text{...}} that stands here, without moving. */
    Optional<String> textHere() {
        if (!command().equals("text")) {
            return Optional.empty();
        }
        int start = at;
        at += "\\text".length();
        blanks();
        try {
            return Optional.of(peek() == '{' ? PythonText.strip(braces()) : "");
        } catch (Unparsable e) {
            return Optional.of("");
        } finally {
            end = at;
            at = start;
        }
    }

    /** Where the text that {@link #textHere} saw ends. */
    int end;

    boolean isDigit(int ahead) {
        return peek(ahead) >= '0' && peek(ahead) <= '9';
    }

    /** Degrees are a unit: {@code ^\circ} and {@code ^{\circ}}; stands behind the {@code ^}. */
    boolean takeDegrees() {
        return take("\\circ") || take("{\\circ}") || take("{\\circ }") || take("\\degree");
    }

    boolean takePrimes() {
        return takeCommand("prime") || take("{\\prime}");
    }
}
