package dev.reft.graders.maths;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind an integral sign, taken apart: {@code x^2 dx}, {@code (x + 1) dx}, {@code x + 1 dx}, {@code \frac{dx}{x}}.
 *
 * @param integrand without the differential
 * @param variable of the differential
 */
record Differential(Node integrand, Node.Sym variable) {
    /** The parts of an expression; null if no differential ends it. */
    static @Nullable Differential of(Node node) {
        if (!(node instanceof Node.Op op)) {
            return null;
        }
        List<Node> args = op.args();
        Node last = args.get(args.size() - 1);
        return switch (op.name()) {
            case "*" -> product(args);
            case "+" -> {
                Differential end = of(last);
                if (end == null) {
                    yield null;
                }
                List<Node> terms = new ArrayList<>(args.subList(0, args.size() - 1));
                terms.add(end.integrand());
                yield new Differential(new Node.Op("+", terms), end.variable());
            }
            case "neg" -> {
                Differential end = of(last);
                yield end == null ? null : new Differential(new Node.Op("neg", end.integrand()), end.variable());
            }
            case "/" -> {
                Differential top = of(args.get(0));
                yield top == null
                        ? null
                        : new Differential(new Node.Op("/", top.integrand(), args.get(1)), top.variable());
            }
            default -> null;
        };
    }

    private static @Nullable Differential product(List<Node> factors) {
        int count = factors.size();
        if (count >= 2
                && factors.get(count - 2) instanceof Node.Sym d
                && d.name().equals("d")
                && factors.get(count - 1) instanceof Node.Sym variable) {
            List<Node> rest = factors.subList(0, count - 2);
            return new Differential(rest.isEmpty() ? Node.Num.of(1) : Grids.multiply(rest), variable);
        }
        // A fraction as the last or only factor holds it: 2 dx / x.
        Differential end = of(factors.get(count - 1));
        if (end == null) {
            return null;
        }
        List<Node> rest = new ArrayList<>(factors.subList(0, count - 1));
        rest.add(end.integrand());
        return new Differential(Grids.multiply(rest), end.variable());
    }
}
