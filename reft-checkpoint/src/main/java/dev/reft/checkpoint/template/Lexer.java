package dev.reft.checkpoint.template;

import dev.reft.checkpoint.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a template into tokens, with Jinja's rules for white space under {@code trim_blocks} and {@code lstrip_blocks}: the
 * newline behind a block tag and the blanks before one at the beginning of a line go, and a minus takes all white space.
 */
final class Lexer {
    private static final List<String> LONG_OPERATORS = List.of("//", "**", "==", "!=", ">=", "<=");
    private static final String OPERATORS = "+-/*%~[](){}><=.:|,;";
    private static final int LONGEST = 1_000_000;

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private boolean lineStart = true;

    private Lexer(String source) {
        this.source = source;
    }

    /** Reports at which line a template is wrong. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int line;
        private final Refusal refusal;

        Failure(int line, Refusal refusal) {
            super(refusal.getMessage(), refusal);
            this.line = line;
            this.refusal = refusal;
        }

        int line() {
            return line;
        }

        Refusal refusal() {
            return refusal;
        }
    }

    static List<Token> tokens(String template) {
        if (template.length() > LONGEST) {
            throw new Failure(1, new Refusal("a template of " + template.length() + " characters is too long"));
        }
        String normal = template.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(normal.endsWith("\n") ? normal.substring(0, normal.length() - 1) : normal);
        lexer.root();
        return lexer.tokens;
    }

    private Failure failure(String reason) {
        return new Failure(line, new Refusal(reason));
    }

    private void root() {
        while (at < source.length()) {
            int open = nextTag(at);
            if (open < 0) {
                add(Kind.DATA, source.substring(at));
                at = source.length();
                break;
            }
            char kind = source.charAt(open + 1);
            int raw = kind == '%' ? rawBegin(open) : -1;
            data(open, kind == '{');
            char sign = sign(open + 2);
            if (raw >= 0) {
                advance(raw);
                raw();
            } else if (kind == '#') {
                advance(open + (sign == 0 ? 2 : 3));
                comment();
            } else {
                add(kind == '%' ? Kind.BLOCK_BEGIN : Kind.VARIABLE_BEGIN, "");
                advance(open + (sign == 0 ? 2 : 3));
                code(kind == '%');
            }
        }
        tokens.add(new Token(Kind.END, "", line));
    }

    private int nextTag(int from) {
        for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
            if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private char sign(int index) {
        char c = index < source.length() ? source.charAt(index) : 0;
        return c == '-' || c == '+' ? c : 0;
    }

    /** The text before a tag, without the white space that the tag takes. */
    private void data(int end, boolean variable) {
        int keep = end;
        char sign = sign(end + 2);
        if (sign == '-') {
            while (keep > at && Strings.isSpace(source.charAt(keep - 1))) {
                keep--;
            }
        } else if (sign != '+' && !variable) {
            int blanks = end;
            while (blanks > at && source.charAt(blanks - 1) != '\n' && Strings.isSpace(source.charAt(blanks - 1))) {
                blanks--;
            }
            boolean atStart = blanks == at ? lineStart : source.charAt(blanks - 1) == '\n';
            keep = atStart ? blanks : end;
        }
        if (keep > at) {
            add(Kind.DATA, source.substring(at, keep));
        }
        advance(end);
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private void advance(int to) {
        for (int i = at; i < to; i++) {
            line += source.charAt(i) == '\n' ? 1 : 0;
        }
        lineStart = to > at ? source.charAt(to - 1) == '\n' : lineStart;
        at = to;
    }

    private int spaces(int from) {
        int i = from;
        while (i < source.length() && Strings.isSpace(source.charAt(i))) {
            i++;
        }
        return i;
    }

    /** The end of a {@code {% raw %}} tag that opens here, or -1. */
    private int rawBegin(int open) {
        int word = spaces(open + (sign(open + 2) == 0 ? 2 : 3));
        if (!source.startsWith("raw", word)) {
            return -1;
        }
        int close = spaces(word + 3);
        if (source.startsWith("-%}", close)) {
            return spaces(close + 3);
        }
        return source.startsWith("%}", close) ? close + 2 : -1;
    }

    private void raw() {
        for (int open = source.indexOf("{%", at); open >= 0; open = source.indexOf("{%", open + 1)) {
            int word = spaces(open + (sign(open + 2) == 0 ? 2 : 3));
            int close = source.startsWith("endraw", word) ? spaces(word + 6) : -1;
            int end = close < 0 ? -1 : tagEnd(close, "%}");
            if (end >= 0) {
                data(open, false);
                advance(end);
                return;
            }
        }
        throw failure("missing end of raw directive");
    }

    /** Where a closing tag that begins here ends, with the white space it takes; -1 if there is none. */
    private int tagEnd(int from, String close) {
        if (source.startsWith("-" + close, from)) {
            return spaces(from + 3);
        } else if (source.startsWith("+" + close, from)) {
            return from + 3;
        } else if (source.startsWith(close, from)) {
            int end = from + 2;
            return end < source.length() && source.charAt(end) == '\n' ? end + 1 : end;
        }
        return -1;
    }

    private void comment() {
        int close = source.indexOf("#}", at);
        if (close < 0) {
            throw failure("missing end of comment tag");
        }
        boolean signed = close > at && sign(close - 1) != 0;
        advance(tagEnd(signed ? close - 1 : close, "#}"));
    }

    /** The tokens of a block or of a print statement; its end counts only outside brackets. */
    private void code(boolean block) {
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            advance(spaces(at));
            if (at >= source.length()) {
                throw failure("unexpected end of template inside a tag");
            }
            int end = open.isEmpty() ? codeEnd(block) : -1;
            if (end >= 0) {
                add(block ? Kind.BLOCK_END : Kind.VARIABLE_END, "");
                advance(end);
                return;
            }
            char c = source.charAt(at);
            if (c == '\'' || c == '"') {
                string(c);
            } else if (c >= '0' && c <= '9') {
                number();
            } else if (isNamePart(c)) {
                name();
            } else {
                operator(open);
            }
        }
    }

    private int codeEnd(boolean block) {
        if (block) {
            return tagEnd(at, "%}");
        } else if (source.startsWith("-}}", at)) {
            return spaces(at + 3);
        }
        return source.startsWith("}}", at) ? at + 2 : -1;
    }

    private static boolean isNamePart(char c) {
        return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private void name() {
        int end = at;
        while (end < source.length() && isNamePart(source.charAt(end))) {
            end++;
        }
        if (end < source.length() && source.charAt(end) > 127 && Character.isLetterOrDigit(source.charAt(end))) {
            throw failure("a name with '" + source.charAt(end) + "' is not supported");
        }
        take(Kind.NAME, end);
    }

    private void take(Kind kind, int end) {
        add(kind, source.substring(at, end));
        advance(end);
    }

    private void number() {
        int digits = digits(at);
        char before = at > 0 ? source.charAt(at - 1) : 0;
        int fraction = digits < source.length() && source.charAt(digits) == '.' ? digits(digits + 1) : -1;
        int end = fraction > digits + 1 ? fraction : digits;
        if (end < source.length() && (source.charAt(end) | 0x20) == 'e') {
            int exponent = sign(end + 1) == 0 ? end + 1 : end + 2;
            int last = digits(exponent);
            end = last > exponent ? last : end;
        }
        if (before != '.' && end > digits) {
            take(Kind.FLOAT, end);
            return;
        }
        boolean leadingZero = source.charAt(at) == '0' && digits > at + 1;
        boolean otherBase = digits < source.length() && isNamePart(source.charAt(digits));
        if (leadingZero || otherBase) {
            throw failure("the number '" + source.substring(at, digits) + "...' is not supported");
        }
        take(Kind.INTEGER, digits);
    }

    private int digits(int from) {
        int i = from;
        while (i < source.length() && source.charAt(i) >= '0' && source.charAt(i) <= '9') {
            i++;
        }
        return i;
    }

    private void operator(Deque<Character> open) {
        String two = source.substring(at, Math.min(source.length(), at + 2));
        if (LONG_OPERATORS.contains(two)) {
            take(Kind.OPERATOR, at + 2);
            return;
        }
        char c = source.charAt(at);
        if (OPERATORS.indexOf(c) < 0) {
            throw failure("unexpected char '" + c + "'");
        }
        switch (c) {
            case '{' -> open.push('}');
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '}', ')', ']' -> {
                if (open.isEmpty() || open.pop() != c) {
                    throw failure("unexpected '" + c + "'");
                }
            }
            default -> {
                // Not a bracket.
            }
        }
        take(Kind.OPERATOR, at + 1);
    }

    private void string(char quote) {
        StringBuilder value = new StringBuilder();
        int i = at + 1;
        while (i < source.length() && source.charAt(i) != quote) {
            if (source.charAt(i) == '\\') {
                i = escape(i, value);
            } else {
                value.append(source.charAt(i++));
            }
        }
        if (i >= source.length()) {
            throw failure("a string is not closed");
        }
        add(Kind.STRING, value.toString());
        advance(i + 1);
    }

    /** Reads a backslash and what it stands for; returns the index behind. */
    private int escape(int backslash, StringBuilder value) {
        if (backslash + 1 >= source.length()) {
            throw failure("a string is not closed");
        }
        char c = source.charAt(backslash + 1);
        int simple = "\\'\"abfnrtv".indexOf(c);
        if (simple >= 0) {
            value.append("\\'\"\u0007\b\f\n\r\t\u000B".charAt(simple));
            return backslash + 2;
        }
        switch (c) {
            case '\n' -> {
                return backslash + 2;
            }
            case 'x' -> {
                return hexadecimal(backslash + 2, 2, value);
            }
            case 'u' -> {
                return hexadecimal(backslash + 2, 4, value);
            }
            case 'U' -> {
                return hexadecimal(backslash + 2, 8, value);
            }
            default -> {
                if (c > 127 || c == 'N' || (c >= '0' && c <= '7')) {
                    throw failure("the escape '\\" + c + "' in a string is not supported");
                }
                // An escape that Python does not know stands for itself.
                value.append('\\').append(c);
                return backslash + 2;
            }
        }
    }

    private int hexadecimal(int from, int length, StringBuilder value) {
        int code = 0;
        for (int i = from; i < from + length; i++) {
            int digit = i < source.length() && source.charAt(i) < 128 ? Character.digit(source.charAt(i), 16) : -1;
            if (digit < 0 || code > 0x10FFFF >> 4) {
                throw failure("a truncated or too large escape in a string");
            }
            code = 16 * code + digit;
        }
        if (code >= 0xD800 && code <= 0xDFFF) {
            throw failure("half a surrogate pair in a string is not supported");
        }
        value.appendCodePoint(code);
        return from + length;
    }
}
