package dev.reft.graders.maths;

import java.util.function.Function;
import org.apache.commons.math3.dfp.Dfp;
import org.apache.commons.math3.dfp.DfpMath;
import org.apache.commons.math3.fraction.BigFraction;

/**
 * Definite integrals and limits of expressions that are smooth enough, by numbers of 40 digits. Each is worked out twice, in two ways that
 * agree to the digits of {@link Value#equal} only where the expression is analytic there; anything else (a kink, a pole, an improper
 * integral) has no value, and so equals nothing.
 */
final class Calculus {
    private static final int FEW_NODES = 28;
    private static final int MANY_NODES = 40;
    private static final BigFraction CUT = new BigFraction(37, 100);
    private static final int LIMIT_NODES = 16;

    private static final ThreadLocal<Dfp[][]> FEW = ThreadLocal.withInitial(() -> gauss(FEW_NODES));
    private static final ThreadLocal<Dfp[][]> MANY = ThreadLocal.withInitial(() -> gauss(MANY_NODES));

    private Calculus() {}

    /** The integral by Gauss's quadrature, in one piece and in two: unequal ones, as a pole in the middle cancels itself in equal ones. */
    static Value integral(Function<Value, Value> integrand, Value low, Value high) {
        if (!low.isDefined() || !high.isDefined()) {
            return Value.undefined();
        }
        Value cut = low.plus(high.minus(low).times(Value.of(CUT)));
        Value whole = quadrature(integrand, low, high, MANY.get());
        Value first = whole.isDefined() ? quadrature(integrand, low, cut, FEW.get()) : whole;
        Value second = first.isDefined() ? quadrature(integrand, cut, high, FEW.get()) : first;
        return whole.equal(first.plus(second)) ? whole : Value.undefined();
    }

    private static Value quadrature(Function<Value, Value> integrand, Value low, Value high, Dfp[][] rule) {
        Dfp middle = low.plus(high).rounded().divide(2);
        Dfp half = high.minus(low).rounded().divide(2);
        Dfp sum = Value.field().getZero();
        for (int i = 0; i < rule[0].length; i++) {
            Value at = integrand.apply(Value.of(middle.add(half.multiply(rule[0][i]))));
            if (!at.isDefined()) {
                return Value.undefined();
            }
            sum = sum.add(at.rounded().multiply(rule[1][i]));
        }
        return Value.of(sum.multiply(half));
    }

    /** Nodes and weights on (-1, 1): roots of Legendre's polynomial by Newton's method. */
    private static Dfp[][] gauss(int n) {
        Dfp[][] rule = new Dfp[2][n];
        Dfp one = Value.field().getOne();
        for (int i = 0; i < n; i++) {
            Dfp x = Value.field().newDfp(Math.cos(Math.PI * (i + 0.75) / (n + 0.5)));
            Dfp slope = one;
            for (int step = 0; step < 6; step++) {
                Dfp before = one;
                Dfp p = x;
                for (int k = 2; k <= n; k++) {
                    Dfp next = x.multiply(p)
                            .multiply(2 * k - 1)
                            .subtract(before.multiply(k - 1))
                            .divide(k);
                    before = p;
                    p = next;
                }
                slope = x.multiply(p)
                        .subtract(before)
                        .multiply(n)
                        .divide(x.multiply(x).subtract(one));
                x = x.subtract(p.divide(slope));
            }
            rule[0][i] = x;
            rule[1][i] = Value.field()
                    .getTwo()
                    .divide(one.subtract(x.multiply(x)).multiply(slope).multiply(slope));
        }
        return rule;
    }

    /** The limit from both sides, or towards infinity. */
    static Value limit(Function<Value, Value> f, Value to) {
        if (to.isInfinite()) {
            Value one = Value.of(Value.field().getOne());
            Value sign = to.sign() < 0 ? one.negate() : one;
            return side(t -> f.apply(sign.over(t)));
        }
        if (!to.isDefined()) {
            return Value.undefined();
        }
        Value right = side(t -> f.apply(to.plus(t)));
        Value left = right.isDefined() ? side(t -> f.apply(to.minus(t))) : right;
        return right.equal(left) ? right : Value.undefined();
    }

    /** From above: over wide steps, where less cancels, or over narrow ones, where a pole may be near. */
    private static Value side(Function<Value, Value> f) {
        for (double width : new double[] {0.05, 0.01}) {
            Value near = extrapolated(f, width);
            Value far = extrapolated(f, width * 1.6);
            if (near.equal(far)) {
                return near;
            }
        }
        return Value.undefined();
    }

    /** The polynomial through Chebyshev's points of (0, width), at 0: by Neville's scheme. */
    private static Value extrapolated(Function<Value, Value> f, double width) {
        Dfp[] at = new Dfp[LIMIT_NODES];
        Dfp[] values = new Dfp[LIMIT_NODES];
        for (int i = 0; i < LIMIT_NODES; i++) {
            double point = width * (1 - Math.cos(Math.PI * (2 * i + 1) / (2 * LIMIT_NODES))) / 2;
            at[i] = Value.field().newDfp(point);
            Value value = f.apply(Value.of(at[i]));
            if (!value.isDefined()) {
                return Value.undefined();
            }
            values[i] = value.rounded();
        }
        for (int order = 1; order < LIMIT_NODES; order++) {
            for (int i = 0; i < LIMIT_NODES - order; i++) {
                Dfp left = at[i + order].multiply(values[i]);
                Dfp right = at[i].multiply(values[i + 1]);
                values[i] = left.subtract(right).divide(at[i + order].subtract(at[i]));
            }
        }
        Dfp limit = values[0];
        // What is left of nothing is rounding.
        boolean nothing = DfpMath.pow(limit.getField().newDfp(10), -27).greaterThan(limit.abs());
        return nothing ? Value.of(limit.getField().getZero()) : Value.of(limit);
    }
}
