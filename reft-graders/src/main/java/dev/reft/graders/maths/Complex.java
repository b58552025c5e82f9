package dev.reft.graders.maths;

import java.math.BigInteger;
import java.util.Map;
import org.apache.commons.math3.dfp.DfpMath;
import org.apache.commons.math3.fraction.BigFraction;

/**
 * A complex number, for answers with the imaginary unit: sums, products, quotients, whole powers, powers of e, square roots, absolute
 * values. Of anything else the value is undefined unless its arguments are real.
 *
 * @param re the real part
 * @param im the imaginary part
 */
record Complex(Value re, Value im) {
    /** The unit's name in expressions. */
    static final String UNIT = "i";

    private static final int LARGEST_POWER = 64;

    /** Works out expressions whose other variables have values. */
    static final class At {
        private final Evaluator reals;
        private final Map<String, BigFraction> point;

        At(Map<String, BigFraction> point) {
            this.point = point;
            this.reals = new Evaluator(point);
        }

        Complex value(Node node) {
            if (node instanceof Node.Sym sym && sym.name().equals(UNIT) && !point.containsKey(UNIT)) {
                return new Complex(zero(), Value.of(BigFraction.ONE));
            }
            if (!(node instanceof Node.Op op)) {
                return real(reals.value(node));
            }
            return switch (op.name()) {
                case "+" -> op.args().stream().map(this::value).reduce(real(zero()), Complex::plus);
                case "*" -> op.args().stream().map(this::value).reduce(real(Value.of(BigFraction.ONE)), Complex::times);
                case "neg" -> value(op.args().get(0)).negate();
                case "/" -> value(op.args().get(0)).over(value(op.args().get(1)));
                case "^" -> power(op);
                case "exp" -> exponential(value(op.args().get(0)));
                case "root" -> root(op);
                case "abs" -> value(op.args().get(0)).size();
                default -> node.variables().contains(UNIT) ? undefined() : real(reals.value(node));
            };
        }

        private Complex power(Node.Op op) {
            Complex exponent = value(op.args().get(1));
            if (op.args().get(0) instanceof Node.Sym base && base.name().equals("e") && !base.word()) {
                return exponential(exponent);
            }
            Complex base = value(op.args().get(0));
            BigFraction whole = exponent.im.sign() == 0 ? exponent.re.exact() : null;
            if (base.im.sign() == 0 && exponent.im.sign() == 0) {
                return real(reals.value(op));
            }
            return whole != null
                            && whole.getDenominator().equals(BigInteger.ONE)
                            && whole.getNumerator().abs().bitLength() < 31
                    ? base.power(whole.intValue())
                    : undefined();
        }

        private Complex root(Node.Op op) {
            Complex base = value(op.args().get(0));
            boolean square =
                    op.args().get(1) instanceof Node.Num two && two.value().equals(BigFraction.TWO);
            if (base.im.sign() != 0) {
                return undefined();
            }
            if (!square || base.re.sign() >= 0) {
                return real(reals.value(op));
            }
            Value size = reals.root(base.re.negate());
            return new Complex(zero(), size);
        }
    }

    // Made anew each time: a value stays with one thread.
    private static Value zero() {
        return Value.of(BigFraction.ZERO);
    }

    private static Complex undefined() {
        return real(Value.undefined());
    }

    private static Complex real(Value value) {
        return new Complex(value, zero());
    }

    boolean isDefined() {
        return re.isDefined() && im.isDefined();
    }

    boolean equal(Complex other) {
        return isDefined() && other.isDefined() && re.equal(other.re) && im.equal(other.im);
    }

    private Complex plus(Complex other) {
        return new Complex(re.plus(other.re), im.plus(other.im));
    }

    private Complex negate() {
        return new Complex(re.negate(), im.negate());
    }

    private Complex times(Complex other) {
        return new Complex(
                re.times(other.re).minus(im.times(other.im)), re.times(other.im).plus(im.times(other.re)));
    }

    private Complex over(Complex other) {
        Value square = other.re.times(other.re).plus(other.im.times(other.im));
        Complex top = times(new Complex(other.re, other.im.negate()));
        return new Complex(top.re.over(square), top.im.over(square));
    }

    private Complex power(int exponent) {
        if (Math.abs(exponent) > LARGEST_POWER) {
            return undefined();
        }
        Complex product = real(Value.of(BigFraction.ONE));
        for (int i = 0; i < Math.abs(exponent); i++) {
            product = product.times(this);
        }
        return exponent < 0 ? real(Value.of(BigFraction.ONE)).over(product) : product;
    }

    private Complex size() {
        Value square = re.times(re).plus(im.times(im));
        return square.isDefined() ? real(Value.of(square.rounded().sqrt())) : undefined();
    }

    private static Complex exponential(Complex z) {
        boolean small = z.isDefined()
                && Math.abs(z.re.rounded().toDouble()) < Evaluator.LARGEST_EXPONENT
                && Math.abs(z.im.rounded().toDouble()) < Evaluator.LARGEST_EXPONENT;
        if (!small) {
            return undefined();
        }
        Value size = Value.of(DfpMath.exp(z.re.rounded()));
        return new Complex(size.times(Evaluator.cosine(z.im.rounded())), size.times(Evaluator.sine(z.im.rounded())));
    }
}
