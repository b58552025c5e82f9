package dev.reft.graders.openai;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The formula of a multi grader: numbers, names of graders, {@code + - * / ^}, parentheses, and {@code min max abs floor
 * ceil exp sqrt log}. {@code ^} binds to the right and tighter than a sign before it; {@code log} is natural;
 * {@code min} and {@code max} take one argument or more, the others one. Nothing else is read, nothing is executed.
 */
public final class Formula {
    /** The longest formula, in chars. */
    public static final int LONGEST = 10_000;

    private final String source;
    private final Node root;

    Formula(String source, Node root) {
        this.source = source;
        this.root = root;
    }

    /** A part of a formula. */
    sealed interface Node {
        double value(Map<String, Double> names);

        /** The names in it. */
        void names(Set<String> into);

        record Constant(double number) implements Node {
            @Override
            public double value(Map<String, Double> names) {
                return number;
            }

            @Override
            public void names(Set<String> into) {}
        }

        record Name(String name) implements Node {
            @Override
            public double value(Map<String, Double> names) {
                Double value = names.get(name);
                if (value == null) {
                    throw new ArithmeticException(
                            "'" + (name.length() > 40 ? name.substring(0, 40) + "..." : name) + "' has no value");
                }
                return value;
            }

            @Override
            public void names(Set<String> into) {
                into.add(name);
            }
        }

        record Binary(char operator, Node left, Node right) implements Node {
            @Override
            public double value(Map<String, Double> names) {
                double a = left.value(names);
                double b = right.value(names);
                return switch (operator) {
                    case '+' -> finite(a + b, "a sum");
                    case '-' -> finite(a - b, "a difference");
                    case '*' -> finite(a * b, "a product");
                    case '/' -> finite(a / b, "a quotient by " + b);
                    default -> finite(Math.pow(a, b), a + " ^ " + b);
                };
            }

            @Override
            public void names(Set<String> into) {
                left.names(into);
                right.names(into);
            }
        }

        record Negative(Node of) implements Node {
            @Override
            public double value(Map<String, Double> names) {
                return -of.value(names);
            }

            @Override
            public void names(Set<String> into) {
                of.names(into);
            }
        }

        record Call(FormulaFunction function, List<Node> arguments) implements Node {
            @Override
            public double value(Map<String, Double> names) {
                double result = arguments.get(0).value(names);
                for (Node argument : arguments.subList(1, arguments.size())) {
                    double next = argument.value(names);
                    result = function == FormulaFunction.MIN ? Math.min(result, next) : Math.max(result, next);
                }
                return finite(function.apply(result), function.key() + " of " + result);
            }

            @Override
            public void names(Set<String> into) {
                arguments.forEach(a -> a.names(into));
            }
        }
    }

    private static double finite(double value, String what) {
        if (!Double.isFinite(value)) {
            throw new ArithmeticException(what + " is not finite");
        }
        return value;
    }

    /**
     * Reads a formula.
     *
     * @param source the text
     * @return the formula
     * @throws IllegalArgumentException if it is not in the language; the message says where
     */
    public static Formula of(String source) {
        return new FormulaParser(source).parse();
    }

    /**
     * The names that it reads.
     *
     * @return sorted
     */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        root.names(names);
        return names;
    }

    /**
     * Evaluates the formula in doubles.
     *
     * @param names a finite value for each name
     * @return the value, finite, not clamped
     * @throws ArithmeticException if a step's result is not finite, as in a division by zero, or a name has no value
     */
    public double value(Map<String, Double> names) {
        return root.value(names) + 0.0; // -0.0 becomes 0.0
    }

    @Override
    public String toString() {
        return source;
    }
}
