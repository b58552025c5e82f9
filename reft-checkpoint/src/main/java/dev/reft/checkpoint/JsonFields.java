package dev.reft.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object of some file, read by type; whatever does not fit gives a {@link CheckpointException} that
 * names the file, the field and the value. A field that is {@code null} counts as absent, as Python's defaults of
 * {@code None} do, except where {@link #isNull} is asked.
 */
public final class JsonFields {
    /** The most bytes of a configuration file that are read. */
    public static final long MAX_BYTES = 16L << 20;

    private final Path file;
    private final String prefix;
    private final Map<String, @Nullable Object> fields;

    JsonFields(Path file, String prefix, Map<String, @Nullable Object> fields) {
        this.file = file;
        this.prefix = prefix;
        this.fields = fields;
    }

    /**
     * Reads a file that holds one JSON object, of at most {@link #MAX_BYTES} and 64 levels.
     *
     * @param file the file
     * @return its fields
     * @throws CheckpointException if it cannot be read, is too large, is not strict JSON in UTF-8, or has a key twice
     */
    public static JsonFields read(Path file) {
        return new JsonFields(file, "", JsonText.readObject(file, MAX_BYTES));
    }

    /**
     * The file that the fields come from.
     *
     * @return its path
     */
    public Path file() {
        return file;
    }

    /**
     * All fields, in the file's order: strings, numbers, booleans, lists and maps, or null.
     *
     * @return an unmodifiable map
     */
    public Map<String, @Nullable Object> asMap() {
        return fields;
    }

    /**
     * Whether a field is there and not null.
     *
     * @param name the field
     * @return whether it has a value
     */
    public boolean has(String name) {
        return fields.get(name) != null;
    }

    /**
     * Whether a field is there and null, which is not always the same as absent.
     *
     * @param name the field
     * @return whether it is null
     */
    public boolean isNull(String name) {
        return fields.containsKey(name) && fields.get(name) == null;
    }

    /**
     * An integer, if present.
     *
     * @param name the field
     * @return the value
     * @throws CheckpointException if it is not an integer of 32 bits
     */
    public OptionalInt integer(String name) {
        @Nullable Object value = fields.get(name);
        return value == null ? OptionalInt.empty() : OptionalInt.of(toInt(name, value));
    }

    /**
     * A positive integer, or a default.
     *
     * @param name the field
     * @param absent the value where the field is absent
     * @return the value
     * @throws CheckpointException if it is not an integer from 1 to 2^31 - 1
     */
    public int positive(String name, int absent) {
        int value = integer(name).orElse(absent);
        if (value < 1) {
            throw wrong(name, "must be positive, not " + value);
        }
        return value;
    }

    /**
     * A number, or a default.
     *
     * @param name the field
     * @param absent the value where the field is absent
     * @return the value, finite
     * @throws CheckpointException if it is not a finite number
     */
    public double number(String name, double absent) {
        @Nullable Object value = fields.get(name);
        if (value == null) {
            return absent;
        }
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw wrong(name, "must be a finite number, not " + show(value));
    }

    /**
     * A boolean, or a default.
     *
     * @param name the field
     * @param absent the value where the field is absent
     * @return the value
     * @throws CheckpointException if it is not true or false
     */
    public boolean bool(String name, boolean absent) {
        @Nullable Object value = fields.get(name);
        if (value == null) {
            return absent;
        }
        if (value instanceof Boolean bool) {
            return bool;
        }
        throw wrong(name, "must be true or false, not " + show(value));
    }

    /**
     * A text, if present.
     *
     * @param name the field
     * @return the value
     * @throws CheckpointException if it is not a string
     */
    public Optional<String> text(String name) {
        @Nullable Object value = fields.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return Optional.of(text);
        }
        throw wrong(name, "must be a string, not " + show(value));
    }

    /**
     * An object, if present.
     *
     * @param name the field
     * @return its fields
     * @throws CheckpointException if it is not an object
     */
    public Optional<JsonFields> object(String name) {
        @Nullable Object value = fields.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Map<?, ?> map) {
            @SuppressWarnings("unchecked") // JsonText makes no other maps
            Map<String, @Nullable Object> object = (Map<String, @Nullable Object>) map;
            return Optional.of(new JsonFields(file, prefix + name + ".", object));
        }
        throw wrong(name, "must be an object, not " + show(value));
    }

    /**
     * A list of strings, if present.
     *
     * @param name the field
     * @return the list
     * @throws CheckpointException if it is not a list of strings
     */
    public Optional<List<String>> texts(String name) {
        @Nullable Object value = fields.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return Optional.of(list.stream().map(String.class::cast).toList());
        }
        throw wrong(name, "must be a list of strings, not " + show(value));
    }

    /**
     * Token ids that are written as one integer or as a list.
     *
     * @param name the field
     * @return the ids in order, empty where absent
     * @throws CheckpointException if one is no integer of 32 bits or is negative
     */
    public List<Integer> tokenIds(String name) {
        @Nullable Object value = fields.get(name);
        List<Integer> ids = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (@Nullable Object id : list) {
                ids.add(toId(name, id));
            }
        } else if (value != null) {
            ids.add(toId(name, value));
        }
        return List.copyOf(ids);
    }

    /**
     * An exception about one of these fields.
     *
     * @param name the field
     * @param problem what is wrong with it
     * @return the exception, to be thrown
     */
    public CheckpointException wrong(String name, String problem) {
        return new CheckpointException(file, prefix + name, problem);
    }

    private int toId(String name, @Nullable Object value) {
        int id = value == null ? -1 : toInt(name, value);
        if (id < 0) {
            throw wrong(name, "must hold token ids of 0 or more, not " + show(value));
        }
        return id;
    }

    private int toInt(String name, Object value) {
        if (value instanceof Integer number) {
            return number;
        }
        throw wrong(name, "must be an integer of 32 bits, not " + show(value));
    }

    private static String show(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.length() > 80 ? text.substring(0, 80) + "..." : text;
    }
}
