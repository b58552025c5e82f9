package dev.reft.graders.openai;

import dev.reft.graders.openai.Formula.Node;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A recursive-descent parser of the formula language, bounded in length and depth. */
final class FormulaParser {
    private static final int DEEPEST = 200;
    private static final int MOST_OPERATORS = 1000;

    private final String source;
    private int at;
    private int depth;
    private int operators;

    FormulaParser(String source) {
        this.source = source;
    }

    Formula parse() {
        if (source.length() > Formula.LONGEST) {
            throw new IllegalArgumentException(
                    "a formula of " + source.length() + " chars; at most " + Formula.LONGEST + " are read");
        }
        Node root = sum();
        if (at < source.length()) {
            throw wrong("an operator or the end");
        }
        return new Formula(source, root);
    }

    private Node sum() {
        Node left = product();
        for (char c = peek(); c == '+' || c == '-'; c = peek()) {
            operator();
            left = new Node.Binary(c, left, product());
        }
        return left;
    }

    private Node product() {
        Node left = signed();
        for (char c = peek(); c == '*' || c == '/'; c = peek()) {
            operator();
            left = new Node.Binary(c, left, signed());
        }
        return left;
    }

    /** A long chain is a deep tree, which is evaluated by recursion. */
    private void operator() {
        at++;
        if (++operators > MOST_OPERATORS) {
            throw new IllegalArgumentException("a formula of more than " + MOST_OPERATORS + " operators");
        }
    }

    private Node signed() {
        if (++depth > DEEPEST) {
            throw new IllegalArgumentException("a formula nested deeper than " + DEEPEST);
        }
        char c = peek();
        Node node;
        if (c == '-' || c == '+') {
            at++;
            Node of = signed();
            node = c == '-' ? new Node.Negative(of) : of;
        } else {
            node = power();
        }
        depth--;
        return node;
    }

    /** The exponent may have a sign and binds to the right. */
    private Node power() {
        Node base = atom();
        if (peek() != '^') {
            return base;
        }
        at++;
        return new Node.Binary('^', base, signed());
    }

    private Node atom() {
        char c = peek();
        if (c == '(') {
            at++;
            Node inner = sum();
            expect(')');
            return inner;
        }
        if (isDigit(c) || c == '.') {
            return number();
        }
        if (isNameStart(c)) {
            return name();
        }
        throw wrong("a number, a name or '('");
    }

    private Node number() {
        int start = at;
        int digits = digits();
        if (charAt(at) == '.') {
            at++;
            digits += digits();
        }
        if (digits == 0) {
            throw wrong("a digit");
        }
        int exponent = at;
        if (charAt(at) == 'e' || charAt(at) == 'E') {
            at++;
            if (charAt(at) == '+' || charAt(at) == '-') {
                at++;
            }
            if (digits() == 0) {
                at = exponent;
            }
        }
        double value = Double.parseDouble(source.substring(start, at));
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("the number " + shown(source.substring(start, at)) + " is too large");
        }
        return new Node.Constant(value);
    }

    private int digits() {
        int start = at;
        while (isDigit(charAt(at))) {
            at++;
        }
        return at - start;
    }

    private Node name() {
        int start = at;
        while (isNameStart(charAt(at)) || isDigit(charAt(at))) {
            at++;
        }
        String name = source.substring(start, at);
        @Nullable FormulaFunction function = FormulaFunction.named(name);
        if (peek() != '(') {
            if (function != null) {
                throw wrong("'(' after the function " + name);
            }
            return new Node.Name(name);
        }
        if (function == null) {
            throw new IllegalArgumentException("there is no function '" + shown(name) + "' at position " + start
                    + "; there are min, max, abs, floor, ceil, exp, sqrt and log");
        }
        at++;
        return new Node.Call(function, arguments(function));
    }

    private List<Node> arguments(FormulaFunction function) {
        List<Node> arguments = new ArrayList<>();
        arguments.add(sum());
        while (peek() == ',') {
            if (!function.takesSeveral()) {
                throw wrong("')': " + function.key() + " takes one argument");
            }
            at++;
            arguments.add(sum());
        }
        expect(')');
        return List.copyOf(arguments);
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw wrong("'" + wanted + "'");
        }
        at++;
    }

    /** The next char that is no white space; NUL at the end, and a NUL in the text is wrong wherever it stands. */
    private char peek() {
        while (at < source.length() && " \t\r\n".indexOf(source.charAt(at)) >= 0) {
            at++;
        }
        return charAt(at);
    }

    private char charAt(int index) {
        return index < source.length() ? source.charAt(index) : '\0';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNameStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static String shown(String name) {
        return name.length() > 40 ? name.substring(0, 40) + "..." : name;
    }

    private IllegalArgumentException wrong(String wanted) {
        String found = at < source.length()
                ? "'" + Character.toString(source.codePointAt(at)) + "' at position " + at
                : "the end";
        return new IllegalArgumentException("the formula has " + found + " where " + wanted + " should be");
    }
}
