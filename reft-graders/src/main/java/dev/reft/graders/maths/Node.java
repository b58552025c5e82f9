package dev.reft.graders.maths;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.math3.fraction.BigFraction;

/** A parsed piece of mathematics. */
sealed interface Node {
    /** The name of infinity as a symbol. */
    String INFINITY = "\u221E";

    /** The operation of a definite integral: variable, low end, high end, integrand. */
    String INTEGRAL = "int";

    /** The operation of a limit: variable, where it goes, expression. */
    String LIMIT = "lim";

    /**
     * A number as written.
     *
     * @param value its exact value
     * @param decimal whether it was written with a decimal point, so that it may be rounded
     */
    record Num(BigFraction value, boolean decimal) implements Node {
        static Num of(long value) {
            return new Num(new BigFraction(value), false);
        }
    }

    /**
     * A variable, a constant or a word.
     *
     * @param name lower case; {@code e} and {@code pi} are the constants, unless {@code word}
     * @param word whether it was written as text
     */
    record Sym(String name, boolean word) implements Node {}

    /**
     * An operation or a function; an unknown name stands for an unknown function.
     *
     * @param name such as {@code +}, {@code ^}, {@code sin}
     * @param args its arguments
     */
    record Op(String name, List<Node> args) implements Node {
        Op(String name, Node... args) {
            this(name, List.of(args));
        }
    }

    /** How two sides are related. */
    enum Sign {
        EQUAL,
        UNEQUAL,
        LESS,
        LESS_EQUAL,
        GREATER,
        GREATER_EQUAL
    }

    /**
     * A chain of relations: {@code a < b <= c}. Membership counts as equality.
     *
     * @param sides two or more
     * @param signs one fewer
     */
    record Chain(List<Node> sides, List<Sign> signs) implements Node {
        boolean isEquation() {
            return signs.stream().allMatch(sign -> sign == Sign.EQUAL);
        }

        Node last() {
            return sides.get(sides.size() - 1);
        }
    }

    /** Elements without order: a set, or answers one after the other. */
    record SetOf(List<Node> elements) implements Node {}

    /** Elements in order. */
    record Tuple(List<Node> elements) implements Node {}

    /**
     * An interval; {@code (a, b)} may also mean a point of the plane.
     *
     * @param low the lower end
     * @param high the upper end
     * @param lowOpen whether the lower end is left out
     * @param highOpen whether the upper end is left out
     */
    record Span(Node low, Node high, boolean lowOpen, boolean highOpen) implements Node {
        boolean isOpen() {
            return lowOpen && highOpen;
        }
    }

    /**
     * Two sets joined.
     *
     * @param op {@code u} for the union, {@code n} for the intersection, {@code \} for the difference
     * @param left a set
     * @param right a set
     */
    record Joined(char op, Node left, Node right) implements Node {}

    /** A matrix or vector, row by row. */
    record Grid(List<List<Node>> rows) implements Node {}

    /** Whether it is a set or a tuple of some kind. */
    default boolean isCollection() {
        return this instanceof SetOf || this instanceof Tuple || this instanceof Span || this instanceof Joined;
    }

    /** Its parts. */
    default List<Node> children() {
        if (this instanceof Op op) {
            return op.args();
        }
        if (this instanceof Chain chain) {
            return chain.sides();
        }
        if (this instanceof SetOf set) {
            return set.elements();
        }
        if (this instanceof Tuple tuple) {
            return tuple.elements();
        }
        if (this instanceof Span span) {
            return List.of(span.low(), span.high());
        }
        if (this instanceof Joined joined) {
            return List.of(joined.left(), joined.right());
        }
        if (this instanceof Grid grid) {
            return grid.rows().stream().flatMap(List::stream).toList();
        }
        return List.of();
    }

    /** The names of its variables, the constants apart. */
    default Set<String> variables() {
        Set<String> names = new TreeSet<>();
        collect(this, names);
        return names;
    }

    private static void collect(Node node, Set<String> names) {
        if (node instanceof Sym sym && (sym.word() || !isConstant(sym.name()))) {
            names.add(sym.name());
        }
        if (node instanceof Op op && (op.name().equals(INTEGRAL) || op.name().equals(LIMIT))) {
            // Its own variable is no variable of the whole.
            Set<String> inside = new TreeSet<>();
            collect(op.args().get(op.args().size() - 1), inside);
            inside.remove(((Sym) op.args().get(0)).name());
            names.addAll(inside);
            op.args().subList(1, op.args().size() - 1).forEach(end -> collect(end, names));
            return;
        }
        node.children().forEach(child -> collect(child, names));
    }

    static boolean isConstant(String name) {
        return name.equals("e") || name.equals("pi") || name.equals(INFINITY);
    }

    /** Whether it is made of variables only, as the left side of {@code x = 5}, {@code A:B = 1} or {@code f(x) = 2}. */
    default boolean isName() {
        if (this instanceof Sym sym) {
            return !sym.name().equals(INFINITY);
        }
        boolean holds = (this instanceof Op op && !op.name().equals("neg"))
                || this instanceof Tuple
                || this instanceof Span
                || this instanceof SetOf;
        return holds && !children().isEmpty() && children().stream().allMatch(Node::isName);
    }

    /** Whether it is one number that was written with a decimal point. */
    default boolean isDecimal() {
        return this instanceof Num num
                ? num.decimal()
                : this instanceof Op op
                        && op.name().equals("neg")
                        && op.args().get(0).isDecimal();
    }
}
