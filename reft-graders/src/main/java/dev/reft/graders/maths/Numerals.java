package dev.reft.graders.maths;

import dev.reft.graders.PythonText;
import org.apache.commons.math3.fraction.BigFraction;

/** Reads numbers: decimals, thousands, mixed numbers. */
final class Numerals {
    private static final int LONGEST = 300;

    /** Within brackets, commas separate elements. */
    private static final int OUTSIDE_BRACKETS = 2;

    private Numerals() {}

    /** The number that starts here. */
    static Node parse(LatexParser in) {
        StringBuilder digits = new StringBuilder();
        int start = in.at;
        digits(in, digits);
        if (in.at - start <= 3) {
            thousands(in, digits);
        }
        boolean decimal = false;
        boolean comma = in.depth <= OUTSIDE_BRACKETS
                && in.peek() == ','
                && digits.toString().equals("0");
        if ((in.peek() == '.' || comma) && in.isDigit(1)) {
            in.at++;
            digits.append('.');
            digits(in, digits);
            decimal = true;
        } else if (in.peek() == '.' && isWithin(in.peek(1))) {
            // "3.x" is 3 times x; a full stop at the end is left to whoever reads on.
            in.at++;
        }
        if (digits.length() > LONGEST) {
            throw new LatexScanner.Unparsable("a number of " + digits.length() + " digits");
        }
        return mixed(in, new Node.Num(Numbers.exact(digits.toString()), decimal));
    }

    private static boolean isWithin(char next) {
        return next != '\0' && next != '}' && next != ')' && !PythonText.isSpace(next);
    }

    private static void digits(LatexParser in, StringBuilder out) {
        while (in.isDigit(0)) {
            out.append(in.peek());
            in.at++;
        }
    }

    /** Groups of three behind commas, unless within brackets; or behind blanks. */
    private static void thousands(LatexParser in, StringBuilder out) {
        while (out.length() > 0 && startsGroup(in)) {
            in.at++;
            digits(in, out);
        }
    }

    private static boolean startsGroup(LatexParser in) {
        boolean separator = in.peek() == ' ' || (in.peek() == ',' && in.depth <= OUTSIDE_BRACKETS);
        return separator && in.isDigit(1) && in.isDigit(2) && in.isDigit(3) && !in.isDigit(4);
    }

    /** {@code 2\frac{1}{2}} and {@code 7 3/4} are mixed numbers. */
    private static Node mixed(LatexParser in, Node.Num number) {
        int start = in.at;
        in.blanks();
        if (!number.decimal() && in.command().equals("frac")) {
            Node fraction = Commands.parse(in);
            if (fraction instanceof Node.Op op && op.args().stream().allMatch(Node.Num.class::isInstance)) {
                return new Node.Op("+", number, fraction);
            }
        } else if (!number.decimal() && in.at > start && in.isDigit(0)) {
            return plainMixed(in, number);
        }
        in.at = start;
        return number;
    }

    private static Node plainMixed(LatexParser in, Node.Num number) {
        StringBuilder top = new StringBuilder();
        StringBuilder bottom = new StringBuilder();
        digits(in, top);
        if (in.take("/")) {
            digits(in, bottom);
        }
        BigFraction divisor = bottom.length() == 0 ? BigFraction.ZERO : Numbers.exact(bottom.toString());
        if (divisor.equals(BigFraction.ZERO)) {
            throw new LatexScanner.Unparsable("two numbers side by side at " + in.at);
        }
        return new Node.Num(number.value().add(Numbers.exact(top.toString()).divide(divisor)), false);
    }
}
