package dev.reft.graders.maths;

import dev.reft.grading.Deadline;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.apache.commons.math3.dfp.Dfp;
import org.apache.commons.math3.dfp.DfpMath;
import org.apache.commons.math3.fraction.BigFraction;

/**
 * The value of an expression at a point. Unknown functions, indefinite integrals and endless sums have made-up values that depend on nothing but
 * their arguments' values, so that equal uses are equal and others are not.
 */
final class Evaluator {
    private static final Set<String> CHEAP =
            Set.of("+", "*", "/", "neg", "abs", "sum", "prod", "floor", "ceil", "min", "max");

    private static final int MOST_TERMS = 1000;
    private static final int LARGEST_POWER = 600;
    private static final int LARGEST_FACTORIAL = 300;
    static final double LARGEST_EXPONENT = 2000;

    /** What an expression may cost; one that costs more has no value, and so equals nothing. */
    private static final int MOST_STEPS = 10_000;

    /** What a logarithm or a sine costs, in additions. */
    private static final int FUNCTION_STEPS = 40;

    private final Map<String, Value> point;
    private int steps;

    Evaluator(Map<String, BigFraction> point) {
        this.point = new HashMap<>();
        point.forEach((name, value) -> this.point.put(name, Value.of(value)));
    }

    /** The value; undefined where the expression has none, or no real one. */
    Value value(Node node) {
        boolean cheap = node instanceof Node.Op op ? CHEAP.contains(op.name()) : true;
        steps += cheap ? 1 : FUNCTION_STEPS;
        if (steps > MOST_STEPS) {
            return Value.undefined();
        }
        if ((steps & 31) <= 1 && Deadline.current().passed()) {
            throw new CancellationException("the comparison of two expressions ran past its time limit");
        }
        if (node instanceof Node.Num num) {
            return Value.of(num.value());
        }
        if (node instanceof Node.Sym sym) {
            return symbol(sym);
        }
        return node instanceof Node.Op op ? operation(op) : Value.undefined();
    }

    private Value symbol(Node.Sym sym) {
        Value known = point.get(sym.name());
        if (known != null) {
            return known;
        }
        return switch (sym.name()) {
            case "e" -> Value.of(Value.field().getE());
            case "pi" -> Value.of(Value.field().getPi());
            case Node.INFINITY -> Value.infinity();
            default -> madeUp(sym.name(), List.of());
        };
    }

    private Value operation(Node.Op op) {
        if (op.name().equals("sum") || op.name().equals("prod")) {
            return series(op);
        }
        if (op.name().equals(Node.INTEGRAL)) {
            return Calculus.integral(
                    at(op, op.args().get(3)),
                    value(op.args().get(1)),
                    value(op.args().get(2)));
        }
        if (op.name().equals(Node.LIMIT)) {
            return Calculus.limit(at(op, op.args().get(2)), value(op.args().get(1)));
        }
        List<Value> args = op.args().stream().map(this::value).toList();
        if (args.stream().anyMatch(arg -> !arg.isDefined() && !(op.name().equals("neg") && arg.isInfinite()))) {
            return Value.undefined();
        }
        Value first = args.get(0);
        return switch (op.name()) {
            case "+" -> args.stream().skip(1).reduce(first, Value::plus);
            case "*" -> args.stream().skip(1).reduce(first, Value::times);
            case "/" -> first.over(args.get(1));
            case "neg" -> first.negate();
            case "^" -> power(first, args.get(1));
            case "root" -> root(first, args.get(1));
            case "abs" -> first.sign() < 0 ? first.negate() : first;
            case "!" -> factorial(first);
            case "binom" -> binomial(first, args.get(1));
            case "floor" -> whole(first, false);
            case "ceil" -> whole(first, true);
            case "min" ->
                args.stream().reduce((a, b) -> a.compare(b) <= 0 ? a : b).orElse(first);
            case "max" ->
                args.stream().reduce((a, b) -> a.compare(b) >= 0 ? a : b).orElse(first);
            case "gcd", "lcm" ->
                args.stream()
                        .skip(1)
                        .reduce(first, (a, b) -> divisor(a, b, op.name().equals("gcd")));
            case "mod" -> first.minus(args.get(1).times(whole(first.over(args.get(1)), false)));
            case "log" -> logarithm(first).over(logarithm(args.get(1)));
            default -> function(op.name(), args);
        };
    }

    /** An expression as a function of the variable that its operation binds. */
    private Function<Value, Value> at(Node.Op op, Node inside) {
        String name = ((Node.Sym) op.args().get(0)).name();
        return x -> {
            Value before = point.put(name, x);
            Value value = value(inside);
            if (before == null) {
                point.remove(name);
            } else {
                point.put(name, before);
            }
            return value;
        };
    }

    /** The sine, or exactly 0 at its roots, so that what is divided by it has no value there. */
    static Value sine(Dfp x) {
        return Value.of(DfpMath.sin(x)).orZero();
    }

    /** The cosine, or exactly 0 at its roots. */
    static Value cosine(Dfp x) {
        return Value.of(DfpMath.cos(x)).orZero();
    }

    private static Value function(String name, List<Value> args) {
        Dfp x = args.get(0).rounded();
        Dfp one = Value.field().getOne();
        // The library's series want small arguments.
        boolean large = Math.abs(x.toDouble()) > LARGEST_EXPONENT;
        return switch (name) {
            case "ln" -> logarithm(args.get(0));
            case "exp" -> large ? Value.undefined() : Value.of(DfpMath.exp(x));
            case "sin" -> large ? Value.undefined() : sine(x);
            case "cos" -> large ? Value.undefined() : cosine(x);
            case "tan" -> large ? Value.undefined() : sine(x).over(cosine(x));
            case "cot" -> large ? Value.undefined() : cosine(x).over(sine(x));
            case "sec" -> large ? Value.undefined() : Value.of(one).over(cosine(x));
            case "csc" -> large ? Value.undefined() : Value.of(one).over(sine(x));
            case "arcsin" -> x.abs().greaterThan(one) ? Value.undefined() : Value.of(DfpMath.asin(x));
            case "arccos" -> x.abs().greaterThan(one) ? Value.undefined() : Value.of(DfpMath.acos(x));
            case "arctan" -> Value.of(DfpMath.atan(x));
            case "sinh", "cosh", "tanh" -> large ? Value.undefined() : hyperbolic(name, x);
            default -> madeUp(name, args);
        };
    }

    private static Value hyperbolic(String name, Dfp x) {
        Value up = Value.of(DfpMath.exp(x));
        Value down = Value.of(DfpMath.exp(x.negate()));
        Value two = Value.of(new BigFraction(2));
        return switch (name) {
            case "sinh" -> up.minus(down).over(two);
            case "cosh" -> up.plus(down).over(two);
            default -> up.minus(down).over(up.plus(down));
        };
    }

    private static Value logarithm(Value x) {
        if (x.sign() <= 0) {
            return Value.undefined();
        }
        return x.equal(Value.of(BigFraction.ONE)) ? Value.of(BigFraction.ZERO) : Value.of(DfpMath.log(x.rounded()));
    }

    private static Value power(Value base, Value exponent) {
        BigFraction exact = exponent.exact();
        if (exact == null) {
            return base.sign() <= 0 ? Value.undefined() : positivePower(base.rounded(), exponent.rounded());
        }
        if (exact.getDenominator().equals(BigInteger.ONE)) {
            return wholePower(base, exact.getNumerator());
        }
        if (exact.getDenominator().bitLength() > 20) {
            return base.sign() <= 0 ? Value.undefined() : positivePower(base.rounded(), exponent.rounded());
        }
        Value root = root(base, Value.of(new BigFraction(exact.getDenominator())));
        return root.isDefined() ? wholePower(root, exact.getNumerator()) : root;
    }

    private static Value wholePower(Value base, BigInteger exponent) {
        if (base.sign() == 0) {
            return exponent.signum() > 0 ? Value.of(BigFraction.ZERO) : Value.undefined();
        }
        BigFraction exact = base.exact();
        if (exact != null && exponent.abs().bitLength() < 31 && exponent.abs().intValue() <= LARGEST_POWER) {
            return Value.of(exact.pow(exponent.intValue()));
        }
        Dfp size = base.rounded().abs();
        Value power = positivePower(size, Value.of(new BigFraction(exponent)).rounded());
        return base.sign() < 0 && exponent.testBit(0) ? power.negate() : power;
    }

    private static Value positivePower(Dfp base, Dfp exponent) {
        Dfp logarithm = exponent.multiply(DfpMath.log(base));
        return Math.abs(logarithm.toDouble()) > LARGEST_EXPONENT ? Value.undefined() : Value.of(DfpMath.exp(logarithm));
    }

    Value root(Value square) {
        return root(square, Value.of(BigFraction.TWO));
    }

    /** The real root: of a negative number only for an odd index. */
    private static Value root(Value base, Value index) {
        BigFraction exact = index.exact();
        if (exact == null
                || !exact.getDenominator().equals(BigInteger.ONE)
                || exact.getNumerator().bitLength() > 20
                || index.sign() <= 0) {
            return index.sign() == 0
                    ? Value.undefined()
                    : power(base, Value.of(BigFraction.ONE).over(index));
        }
        if (base.sign() == 0) {
            return base;
        }
        int n = exact.getNumerator().intValue();
        if (base.sign() < 0) {
            return n % 2 == 0 ? Value.undefined() : root(base.negate(), index).negate();
        }
        Value root = n == 2
                ? Value.of(base.rounded().sqrt())
                : positivePower(
                        base.rounded(),
                        Value.of(new BigFraction(BigInteger.ONE, exact.getNumerator()))
                                .rounded());
        return exactRoot(base, root, n);
    }

    /** The root as a fraction, where there is one. */
    private static Value exactRoot(Value base, Value root, int n) {
        BigFraction exact = base.exact();
        if (exact == null
                || n > LARGEST_POWER
                || exact.getNumerator().bitLength() > 100
                || exact.getDenominator().bitLength() > 100) {
            return root;
        }
        Value bottom = Value.of(new BigFraction(exact.getDenominator()));
        Value bottomRoot = n == 2
                ? Value.of(bottom.rounded().sqrt())
                : positivePower(
                        bottom.rounded(), Value.of(new BigFraction(1, n)).rounded());
        BigInteger low = nearest(bottomRoot);
        BigInteger high = nearest(root.times(bottomRoot));
        boolean isRoot = low.signum() > 0
                && low.pow(n).equals(exact.getDenominator())
                && high.pow(n).equals(exact.getNumerator());
        return isRoot ? Value.of(new BigFraction(high, low)) : root;
    }

    private static BigInteger nearest(Value value) {
        return value.isDefined() ? new BigDecimal(value.rounded().rint().toString()).toBigInteger() : BigInteger.ZERO;
    }

    private static Value factorial(Value x) {
        BigFraction exact = x.exact();
        if (exact == null
                || x.sign() < 0
                || !exact.getDenominator().equals(BigInteger.ONE)
                || exact.getNumerator().bitLength() > 20
                || exact.intValue() > LARGEST_FACTORIAL) {
            return x.sign() < 0 ? Value.undefined() : madeUp("!", List.of(x));
        }
        BigInteger product = BigInteger.ONE;
        for (int i = 2; i <= exact.intValue(); i++) {
            product = product.multiply(BigInteger.valueOf(i));
        }
        return Value.of(new BigFraction(product));
    }

    private static Value binomial(Value n, Value k) {
        Value top = factorial(n);
        Value rest = n.minus(k);
        return rest.sign() < 0
                ? Value.of(BigFraction.ZERO)
                : top.over(factorial(k).times(factorial(rest)));
    }

    private static Value whole(Value x, boolean up) {
        BigFraction exact = x.exact();
        if (!x.isDefined()) {
            return x;
        }
        if (exact == null) {
            return Value.of(up ? x.rounded().ceil() : x.rounded().floor());
        }
        BigInteger[] parts = exact.getNumerator().divideAndRemainder(exact.getDenominator());
        int step = parts[1].signum() > 0 && up ? 1 : parts[1].signum() < 0 && !up ? -1 : 0;
        return Value.of(new BigFraction(parts[0].add(BigInteger.valueOf(step))));
    }

    private static Value divisor(Value a, Value b, boolean greatest) {
        if (a.exact() == null
                || b.exact() == null
                || !a.exact().getDenominator().equals(BigInteger.ONE)
                || !b.exact().getDenominator().equals(BigInteger.ONE)) {
            return madeUp(greatest ? "gcd" : "lcm", List.of(a, b));
        }
        BigInteger gcd = a.exact().getNumerator().gcd(b.exact().getNumerator());
        if (greatest || gcd.signum() == 0) {
            return Value.of(new BigFraction(gcd));
        }
        return Value.of(new BigFraction(a.exact()
                .getNumerator()
                .multiply(b.exact().getNumerator())
                .abs()
                .divide(gcd)));
    }

    /** Arguments: variable, first, last, term. */
    private Value series(Node.Op op) {
        Value from = value(op.args().get(1));
        Value to = value(op.args().get(2));
        OptionalInt first = index(from);
        OptionalInt last = index(to);
        if (op.args().get(0) instanceof Node.Sym
                && first.isPresent()
                && last.isPresent()
                && (long) last.getAsInt() - first.getAsInt() <= MOST_TERMS) {
            int low = first.getAsInt();
            int high = last.getAsInt();
            boolean sum = op.name().equals("sum");
            Value total = Value.of(sum ? BigFraction.ZERO : BigFraction.ONE);
            Function<Value, Value> term = at(op, op.args().get(3));
            for (int i = low; i <= high; i++) {
                Value value = term.apply(Value.of(new BigFraction(i)));
                if (!value.isDefined()) {
                    return Value.undefined();
                }
                total = sum ? total.plus(value) : total.times(value);
            }
            return total;
        }
        return madeUp(
                op.name(),
                List.of(value(op.args().get(0)), from, to, value(op.args().get(3))));
    }

    private static OptionalInt index(Value value) {
        BigFraction exact = value.exact();
        if (exact == null
                || !exact.getDenominator().equals(BigInteger.ONE)
                || exact.getNumerator().bitLength() > 30) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(exact.intValue());
    }

    /** A number from 0.5 to 1.5 that hangs on the name and the arguments to 20 decimals. */
    private static Value madeUp(String name, List<Value> args) {
        StringBuilder text = new StringBuilder(name);
        for (Value arg : args) {
            Dfp x = arg.rounded();
            text.append('|')
                    .append(
                            arg.isDefined()
                                    ? x.multiply(Value.field().newDfp(1e20))
                                            .rint()
                                            .toString()
                                    : x.toString());
        }
        long hash = 1125899906842597L;
        for (byte b : text.toString().getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ b) * 0x100000001B3L;
            hash ^= hash >>> 29;
        }
        return Value.of(new BigFraction(500_009L + Math.floorMod(hash, 1_000_003L), 1_000_003L));
    }
}
