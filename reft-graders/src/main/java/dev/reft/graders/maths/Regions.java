package dev.reft.graders.maths;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.math3.fraction.BigFraction;

/** Sets of real numbers as sorted, disjoint pieces. */
final class Regions {
    private static final int MOST = 64;
    private static final Piece ALL = new Piece(Value.infinity().negate(), true, Value.infinity(), true);

    private Regions() {}

    /** An interval; a point if both ends are equal and closed. */
    record Piece(Value low, boolean lowOpen, Value high, boolean highOpen) {
        boolean isEmpty() {
            int order = low.compare(high);
            return order > 0 || (order == 0 && (lowOpen || highOpen));
        }

        boolean same(Piece other) {
            return lowOpen == other.lowOpen
                    && highOpen == other.highOpen
                    && low.equal(other.low)
                    && high.equal(other.high);
        }
    }

    static boolean isReals(Node node) {
        return node instanceof Node.Sym sym && sym.word() && sym.name().equals("reals");
    }

    /** The set that a node names; empty if it is no set of known numbers. */
    static Optional<List<Piece>> of(Node node) {
        if (isReals(node)) {
            return Optional.of(List.of(ALL));
        }
        if (node instanceof Node.Span span) {
            return end(span.low())
                    .flatMap(low -> end(span.high())
                            .map(high -> merged(List.of(new Piece(
                                    low,
                                    span.lowOpen() || low.isInfinite(),
                                    high,
                                    span.highOpen() || high.isInfinite())))));
        }
        if (node instanceof Node.SetOf set) {
            List<Piece> points = new ArrayList<>();
            for (Node element : set.elements()) {
                Optional<Value> value = end(element);
                if (value.isEmpty() || set.elements().size() > MOST) {
                    return Optional.empty();
                }
                points.add(new Piece(value.get(), false, value.get(), false));
            }
            return Optional.of(merged(points));
        }
        if (node instanceof Node.Joined joined) {
            Optional<List<Piece>> left = of(joined.left());
            Optional<List<Piece>> right = of(joined.right());
            return left.isEmpty() || right.isEmpty()
                    ? Optional.empty()
                    : Optional.of(join(joined.op(), left.get(), right.get()));
        }
        return Optional.empty();
    }

    /** The numbers that hold a chain of inequalities, each linear in the one variable of the chain. */
    static Optional<List<Piece>> of(Node.Chain chain) {
        List<Piece> region = List.of(ALL);
        if (chain.variables().size() != 1) {
            return Optional.empty();
        }
        String variable = chain.variables().iterator().next();
        for (int i = 0; i < chain.signs().size(); i++) {
            Optional<Piece> piece = solve(
                    chain.sides().get(i), chain.signs().get(i), chain.sides().get(i + 1), variable);
            if (piece.isEmpty()) {
                return Optional.empty();
            }
            region = join('n', region, List.of(piece.get()));
        }
        return Optional.of(region);
    }

    private static Optional<Piece> solve(Node left, Node.Sign sign, Node right, String variable) {
        if (sign == Node.Sign.EQUAL || sign == Node.Sign.UNEQUAL) {
            return Optional.empty();
        }
        boolean less = sign == Node.Sign.LESS || sign == Node.Sign.LESS_EQUAL;
        boolean open = sign == Node.Sign.LESS || sign == Node.Sign.GREATER;
        Value[] f = new Value[4];
        for (int x = 0; x < 4; x++) {
            Evaluator at = new Evaluator(Map.of(variable, new BigFraction(x)));
            f[x] = at.value(less ? left : right).minus(at.value(less ? right : left));
        }
        Value slope = f[1].minus(f[0]);
        boolean linear = f[3].isDefined()
                && slope.sign() != 0
                && f[2].minus(f[1]).equal(slope)
                && f[3].minus(f[2]).equal(slope);
        if (!linear) {
            return Optional.empty();
        }
        Value bound = f[0].negate().over(slope);
        return Optional.of(
                slope.sign() > 0 ? new Piece(ALL.low(), true, bound, open) : new Piece(bound, open, ALL.high(), true));
    }

    static boolean same(List<Piece> a, List<Piece> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!a.get(i).same(b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static Optional<Value> end(Node node) {
        if (node.isCollection() || !node.variables().isEmpty()) {
            return Optional.empty();
        }
        Value value = new Evaluator(Map.of()).value(node);
        return value.isDefined() || value.isInfinite() ? Optional.of(value) : Optional.empty();
    }

    private static List<Piece> join(char op, List<Piece> left, List<Piece> right) {
        if (op == 'u') {
            List<Piece> both = new ArrayList<>(left);
            both.addAll(right);
            return merged(both);
        }
        List<Piece> other = op == 'n' ? right : complement(right);
        List<Piece> common = new ArrayList<>();
        for (Piece a : left) {
            for (Piece b : other) {
                int low = a.low().compare(b.low());
                int high = a.high().compare(b.high());
                common.add(new Piece(
                        low >= 0 ? a.low() : b.low(),
                        low > 0 ? a.lowOpen() : low < 0 ? b.lowOpen() : a.lowOpen() || b.lowOpen(),
                        high <= 0 ? a.high() : b.high(),
                        high < 0 ? a.highOpen() : high > 0 ? b.highOpen() : a.highOpen() || b.highOpen()));
            }
        }
        return merged(common);
    }

    private static List<Piece> complement(List<Piece> pieces) {
        List<Piece> rest = new ArrayList<>();
        Value low = ALL.low();
        boolean open = true;
        for (Piece piece : pieces) {
            rest.add(new Piece(low, open, piece.low(), !piece.lowOpen()));
            low = piece.high();
            open = !piece.highOpen();
        }
        rest.add(new Piece(low, open || low.isInfinite(), ALL.high(), true));
        return merged(rest.stream()
                .map(p -> p.low().isInfinite() && !p.lowOpen() ? new Piece(p.low(), true, p.high(), p.highOpen()) : p)
                .toList());
    }

    /** Sorted, without empty pieces, and joined where they touch. */
    private static List<Piece> merged(List<Piece> pieces) {
        List<Piece> sorted = new ArrayList<>(pieces);
        sorted.removeIf(Piece::isEmpty);
        Comparator<Piece> order = (a, b) -> {
            int low = a.low().compare(b.low());
            return low != 0 ? low : Boolean.compare(a.lowOpen(), b.lowOpen());
        };
        sorted.sort(order);
        List<Piece> out = new ArrayList<>();
        for (Piece next : sorted) {
            Piece last = out.isEmpty() ? null : out.get(out.size() - 1);
            int gap = last == null ? 1 : next.low().compare(last.high());
            if (last == null || gap > 0 || (gap == 0 && next.lowOpen() && last.highOpen())) {
                out.add(next);
                continue;
            }
            int high = next.high().compare(last.high());
            boolean open = high > 0 ? next.highOpen() : high < 0 ? last.highOpen() : next.highOpen() && last.highOpen();
            out.set(out.size() - 1, new Piece(last.low(), last.lowOpen(), high > 0 ? next.high() : last.high(), open));
        }
        return out;
    }
}
