package dev.reft.graders.json;

import java.math.BigInteger;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A JSON number as it was written: {@code 1.0} and {@code 1} are two texts and two numbers, of one value. */
public final class JsonNumber extends Number {
    private static final long serialVersionUID = 1L;

    private final String text;

    /**
     * A number.
     *
     * @param text a JSON number
     */
    JsonNumber(String text) {
        this.text = text;
    }

    @Override
    public int intValue() {
        return (int) doubleValue();
    }

    @Override
    public long longValue() {
        return (long) doubleValue();
    }

    @Override
    public float floatValue() {
        return (float) doubleValue();
    }

    /**
     * The nearest double.
     *
     * @return infinite where the number is too large for a double
     */
    @Override
    public double doubleValue() {
        return Double.parseDouble(text);
    }

    /** A Long or BigInteger where it is written as a whole number, else a Double. */
    Number toJava() {
        if (text.chars().anyMatch(c -> c == '.' || c == 'e' || c == 'E')) {
            return doubleValue();
        }
        BigInteger whole = new BigInteger(text);
        return whole.bitLength() < Long.SIZE ? (Number) whole.longValue() : whole;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonNumber number && number.text.equals(text);
    }

    @Override
    public int hashCode() {
        return Objects.hash(text);
    }

    /**
     * The number as it was written.
     *
     * @return a JSON number
     */
    @Override
    public String toString() {
        return text;
    }
}
