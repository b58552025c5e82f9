package dev.reft.graders.json;

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
