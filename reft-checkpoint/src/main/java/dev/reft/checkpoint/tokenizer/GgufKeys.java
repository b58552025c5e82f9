package dev.reft.checkpoint.tokenizer;

import dev.reft.checkpoint.CheckpointException;
import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Typed reading of a GGUF file's key-value pairs; errors name file and key. */
final class GgufKeys {
    private static final long NO_TOKEN = 0xffffffffL;

    private final Map<String, ?> values;
    private final Path source;

    GgufKeys(Map<String, ?> values, Path source) {
        this.values = values;
        this.source = source;
    }

    Path source() {
        return source;
    }

    boolean has(String key) {
        return values.get(key) != null;
    }

    String string(String key) {
        return require(key) instanceof String text ? text : fail(key, "a string");
    }

    String string(String key, String otherwise) {
        return has(key) ? string(key) : otherwise;
    }

    boolean flag(String key, boolean otherwise) {
        if (!has(key)) {
            return otherwise;
        }
        return require(key) instanceof Boolean flag ? flag : this.<Boolean>fail(key, "true or false");
    }

    /** Whether a token is named; some files name none by the largest number of 32 bits. */
    boolean hasId(String key) {
        return has(key) && !(require(key) instanceof Number number && number.longValue() == NO_TOKEN);
    }

    int id(String key) {
        long id = require(key) instanceof Number number ? number.longValue() : this.<Long>fail(key, "a token id");
        if (id < 0 || id > Integer.MAX_VALUE) {
            throw new CheckpointException(source, key, id + " is no token id");
        }
        return (int) id;
    }

    List<String> strings(String key) {
        List<String> result = new ArrayList<>();
        for (Object item : items(key)) {
            result.add(item instanceof String text ? text : fail(key, "a list of strings"));
        }
        return result;
    }

    double[] numbers(String key) {
        List<Object> items = items(key);
        double[] result = new double[items.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = items.get(i) instanceof Number number
                    ? number.doubleValue()
                    : this.<Double>fail(key, "a list of numbers");
        }
        return result;
    }

    private List<Object> items(String key) {
        Object value = require(key);
        if (value instanceof List<?> list) {
            return new ArrayList<>(list);
        }
        if (!value.getClass().isArray()) {
            return fail(key, "a list");
        }
        List<Object> result = new ArrayList<>();
        for (int i = 0; i < Array.getLength(value); i++) {
            result.add(Array.get(value, i));
        }
        return result;
    }

    private Object require(String key) {
        @Nullable Object value = values.get(key);
        if (value == null) {
            throw new CheckpointException(source, key, "is missing from the metadata");
        }
        return value;
    }

    private <T> T fail(String key, String wanted) {
        Object value = require(key);
        throw new CheckpointException(
                source, key, "must be " + wanted + ", not a " + value.getClass().getSimpleName());
    }
}
