package dev.reft.graders.maths;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Objects;
import org.apache.commons.math3.dfp.Dfp;
import org.apache.commons.math3.dfp.DfpField;
import org.apache.commons.math3.fraction.BigFraction;
import org.jspecify.annotations.Nullable;

/** A real number: exact as long as it is rational and not too long, else to 40 digits; possibly undefined or infinite. */
final class Value {
    /** A field's flags are not made for several threads. */
    private static final ThreadLocal<DfpField> FIELD = ThreadLocal.withInitial(() -> new DfpField(40));

    private static final int LONGEST = 800;
    private static final double TOLERANCE = 1e-28;
    private static final double ROUNDING = 1e-34;

    private final @Nullable BigFraction exact;

    /** Made when first asked for, as exact numbers mostly need none; a value stays with one thread. */
    private @Nullable Dfp rounded;

    private Value(@Nullable BigFraction exact, @Nullable Dfp rounded) {
        this.exact = exact;
        this.rounded = rounded;
    }

    static DfpField field() {
        return FIELD.get();
    }

    static Value of(BigFraction exact) {
        BigInteger top = exact.getNumerator();
        BigInteger bottom = exact.getDenominator();
        return top.bitLength() + bottom.bitLength() > LONGEST
                ? of(dfp(top).divide(dfp(bottom)))
                : new Value(exact, null);
    }

    private static Dfp dfp(BigInteger value) {
        // Only the leading digits count, so a long number is cut before it is read.
        String digits = value.abs().toString();
        int cut = Math.max(0, digits.length() - 60);
        Dfp read = field().newDfp(digits.substring(0, digits.length() - cut) + (cut > 0 ? "e" + cut : ""));
        return value.signum() < 0 ? read.negate() : read;
    }

    static Value of(Dfp rounded) {
        return new Value(null, rounded);
    }

    static Value undefined() {
        return of(field().newDfp(Double.NaN));
    }

    static Value infinity() {
        return of(field().newDfp(Double.POSITIVE_INFINITY));
    }

    @Nullable
    BigFraction exact() {
        return exact;
    }

    Dfp rounded() {
        Dfp made = rounded;
        if (made == null) {
            BigFraction fraction = Objects.requireNonNull(exact);
            made = dfp(fraction.getNumerator()).divide(dfp(fraction.getDenominator()));
            rounded = made;
        }
        return made;
    }

    boolean isDefined() {
        return exact != null || (!rounded().isNaN() && !rounded().isInfinite());
    }

    boolean isInfinite() {
        return exact == null && rounded().isInfinite();
    }

    int sign() {
        return exact != null
                ? exact.getNumerator().signum()
                : rounded().isNaN() || rounded().isZero() ? 0 : rounded().strictlyNegative() ? -1 : 1;
    }

    Value negate() {
        return exact == null ? of(rounded().negate()) : new Value(exact.negate(), null);
    }

    Value plus(Value other) {
        return exact != null && other.exact != null ? of(exact.add(other.exact)) : sum(rounded(), other.rounded());
    }

    /** What is left where all digits cancel is rounding, and nothing may be divided by it. */
    private static Value sum(Dfp a, Dfp b) {
        Dfp sum = a.add(b);
        Dfp largest = Dfp.copysign(a, sum.getOne());
        boolean nothing = !sum.isNaN()
                && !sum.isInfinite()
                && largest.multiply(field().newDfp(ROUNDING)).greaterThan(Dfp.copysign(sum, sum.getOne()));
        return nothing ? of(BigFraction.ZERO) : of(sum);
    }

    /** This, or exactly 0 where it differs from it by rounding only: for what is of the size of 1. */
    Value orZero() {
        return isDefined() && field().newDfp(ROUNDING).greaterThan(Dfp.copysign(rounded(), field().getOne()))
                ? of(BigFraction.ZERO)
                : this;
    }

    Value minus(Value other) {
        return plus(other.negate());
    }

    Value times(Value other) {
        return exact != null && other.exact != null
                ? of(exact.multiply(other.exact))
                : of(rounded().multiply(other.rounded()));
    }

    Value over(Value other) {
        if (other.sign() == 0) {
            return undefined();
        }
        return exact != null && other.exact != null
                ? of(exact.divide(other.exact))
                : of(rounded().divide(other.rounded()));
    }

    /** Equal: exactly where both are exact, else to about 28 digits. */
    boolean equal(Value other) {
        if (exact != null && other.exact != null) {
            return exact.equals(other.exact);
        }
        if (!isDefined() || !other.isDefined()) {
            return isInfinite() && other.isInfinite() && sign() == other.sign();
        }
        Dfp difference = rounded().subtract(other.rounded()).abs();
        Dfp size = Dfp.copysign(rounded(), field().getOne());
        Dfp otherSize = Dfp.copysign(other.rounded(), field().getOne());
        Dfp largest = size.greaterThan(otherSize) ? size : otherSize;
        largest = largest.greaterThan(field().getOne()) ? largest : field().getOne();
        return !difference.greaterThan(largest.multiply(field().newDfp(TOLERANCE)));
    }

    int compare(Value other) {
        return equal(other) ? 0 : rounded().lessThan(other.rounded()) ? -1 : 1;
    }

    /** Equal after both were rounded to so many decimals. */
    boolean equalRounded(Value other, int decimals) {
        return isDefined() && other.isDefined() && decimal(decimals).compareTo(other.decimal(decimals)) == 0;
    }

    private BigDecimal decimal(int decimals) {
        if (exact != null) {
            return new BigDecimal(exact.getNumerator())
                    .divide(new BigDecimal(exact.getDenominator()), decimals, RoundingMode.HALF_EVEN);
        }
        double size = rounded().toDouble();
        // Where a double has no decimals left, all digits count.
        return Math.abs(size) > 1e30
                ? new BigDecimal(size)
                : new BigDecimal(rounded().toString()).setScale(decimals, RoundingMode.HALF_EVEN);
    }

    @Override
    public String toString() {
        return exact != null ? exact.toString() : rounded().toString();
    }
}
