package dev.reft.ppo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Typed reading of a checkpoint's fields; what is missing or of another type is named. */
final class CheckpointFields {
    private final Map<String, Object> fields;

    CheckpointFields(Map<String, Object> fields) {
        this.fields = fields;
    }

    Object tree(String name) {
        Object value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the checkpoint has no field '" + name + "'");
        }
        return value;
    }

    String text(String name) {
        return typed(name, String.class);
    }

    long whole(String name) {
        return typed(name, Number.class).longValue();
    }

    /** Numbers are kept as text of their bits, so that they come back bit for bit, NaN included. */
    double real(String name) {
        return Double.longBitsToDouble(Long.parseUnsignedLong(text(name), 16));
    }

    static String bits(double value) {
        return Long.toHexString(Double.doubleToRawLongBits(value));
    }

    @Nullable
    List<Double> numbers(String name) {
        Object value = fields.get(name);
        if (!(value instanceof List<?> list)) {
            return null;
        }
        List<Double> numbers = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof Number number)) {
                throw new IllegalArgumentException("the checkpoint's field '" + name + "' holds " + item);
            }
            numbers.add(number.doubleValue());
        }
        return numbers;
    }

    private <T> T typed(String name, Class<T> type) {
        Object value = tree(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("the checkpoint's field '" + name + "' is " + value);
        }
        return type.cast(value);
    }
}
