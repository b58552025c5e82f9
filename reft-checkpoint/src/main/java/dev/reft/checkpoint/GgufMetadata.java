package dev.reft.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of a GGUF file by key. Arrays (a vocabulary, its merges) are decoded each time they are asked for, from
 * the mapped file, so a caller keeps what it needs again. A value of another type than asked for gives a
 * {@link CheckpointException} that names the key.
 */
public final class GgufMetadata {
    private final Path file;
    private final GgufReader reader;
    private final Map<String, GgufValue> values;

    GgufMetadata(Path file, GgufReader reader, Map<String, GgufValue> values) {
        this.file = file;
        this.reader = reader;
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * The file.
     *
     * @return its path
     */
    public Path file() {
        return file;
    }

    /**
     * All keys, in the file's order.
     *
     * @return an unmodifiable set
     */
    public Set<String> keys() {
        return values.keySet();
    }

    /**
     * A string.
     *
     * @param key such as {@code tokenizer.ggml.model}
     * @return empty if there is no such key
     * @throws CheckpointException if the value is not a string
     */
    public Optional<String> string(String key) {
        @Nullable GgufValue value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof GgufValue.Text text) {
            return Optional.of(text.value());
        }
        throw wrong(key, "must be a string, not " + value);
    }

    /**
     * An integer of any width.
     *
     * @param key such as {@code tokenizer.ggml.eos_token_id}
     * @return empty if there is no such key
     * @throws CheckpointException if the value is not an integer, or is above 2^63 - 1
     */
    public OptionalLong integer(String key) {
        @Nullable GgufValue value = values.get(key);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (value instanceof GgufValue.Whole whole) {
            return OptionalLong.of(whole.value());
        }
        throw wrong(key, "must be an integer, not " + value);
    }

    /**
     * A floating-point number.
     *
     * @param key such as {@code llama.rope.freq_base}
     * @return empty if there is no such key
     * @throws CheckpointException if the value is not a finite number
     */
    public OptionalDouble number(String key) {
        @Nullable GgufValue value = values.get(key);
        if (value == null) {
            return OptionalDouble.empty();
        }
        if (value instanceof GgufValue.Real real && Double.isFinite(real.value())) {
            return OptionalDouble.of(real.value());
        }
        throw wrong(key, "must be a finite number, not " + value);
    }

    /**
     * A boolean.
     *
     * @param key such as {@code tokenizer.ggml.add_bos_token}
     * @return empty if there is no such key
     * @throws CheckpointException if the value is not a boolean
     */
    public Optional<Boolean> bool(String key) {
        @Nullable GgufValue value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof GgufValue.Truth truth) {
            return Optional.of(truth.value());
        }
        throw wrong(key, "must be a boolean, not " + value);
    }

    /**
     * A list of strings.
     *
     * @param key such as {@code tokenizer.ggml.tokens}
     * @return empty if there is no such key
     * @throws CheckpointException if the value is not an array of strings, or one is not UTF-8
     */
    public Optional<List<String>> strings(String key) {
        Optional<GgufValue.Array> array = array(key, "strings", Set.of(GgufValue.STRING));
        return array.map(found -> {
            GgufReader at = at(found);
            List<String> strings = new ArrayList<>(found.count());
            for (int i = 0; i < found.count(); i++) {
                strings.add(at.text(key + "[" + i + "]"));
            }
            return Collections.unmodifiableList(strings);
        });
    }

    /**
     * A list of 32-bit integers.
     *
     * @param key such as {@code tokenizer.ggml.token_type}
     * @return empty if there is no such key
     * @throws CheckpointException if the value is not an array of signed or unsigned 32-bit integers
     */
    public Optional<int[]> integers(String key) {
        Optional<GgufValue.Array> array = array(key, "32-bit integers", Set.of(GgufValue.U32, GgufValue.I32));
        return array.map(found -> {
            GgufReader at = at(found);
            int[] integers = new int[found.count()];
            for (int i = 0; i < integers.length; i++) {
                integers[i] = at.i32(key);
            }
            return integers;
        });
    }

    /**
     * A list of 32-bit floats.
     *
     * @param key such as {@code tokenizer.ggml.scores}
     * @return empty if there is no such key
     * @throws CheckpointException if the value is not an array of 32-bit floats
     */
    public Optional<float[]> floats(String key) {
        Optional<GgufValue.Array> array = array(key, "32-bit floats", Set.of(GgufValue.F32));
        return array.map(found -> {
            GgufReader at = at(found);
            float[] floats = new float[found.count()];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = Float.intBitsToFloat(at.i32(key));
            }
            return floats;
        });
    }

    /**
     * Number of elements of an array, without decoding it.
     *
     * @param key of an array
     * @return empty if there is no such key or its value is not an array
     */
    public OptionalLong arrayLength(String key) {
        return values.get(key) instanceof GgufValue.Array array ? OptionalLong.of(array.count()) : OptionalLong.empty();
    }

    /**
     * All values under a prefix, arrays decoded.
     *
     * @param prefix of the keys, such as {@code tokenizer.}
     * @return by whole key, in the file's order: {@code String}, {@code Long}, {@code Double}, {@code Boolean}, {@code
     *     int[]} for arrays of 32-bit integers, {@code float[]} for those of 32-bit floats, and lists for the others
     * @throws CheckpointException if a string is not UTF-8
     */
    public Map<String, Object> asMap(String prefix) {
        Map<String, Object> map = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                map.put(key, plain(key, value));
            }
        });
        return Collections.unmodifiableMap(map);
    }

    private Object plain(String key, GgufValue value) {
        if (value instanceof GgufValue.Text text) {
            return text.value();
        } else if (value instanceof GgufValue.Whole whole) {
            return whole.value();
        } else if (value instanceof GgufValue.Real real) {
            return real.value();
        } else if (value instanceof GgufValue.Truth truth) {
            return truth.value();
        }
        GgufValue.Array array = (GgufValue.Array) value;
        switch (array.type()) {
            case GgufValue.U32, GgufValue.I32 -> {
                return integers(key).orElseThrow();
            }
            case GgufValue.F32 -> {
                return floats(key).orElseThrow();
            }
            default -> {
                GgufReader at = at(array);
                List<Object> list = new ArrayList<>(array.count());
                for (int i = 0; i < array.count(); i++) {
                    list.add(plain(key, GgufValue.read(at, key + "[" + i + "]", array.type())));
                }
                return Collections.unmodifiableList(list);
            }
        }
    }

    /**
     * An exception about one of these values.
     *
     * @param key the key
     * @param problem what is wrong with it
     * @return the exception, to be thrown
     */
    public CheckpointException wrong(String key, String problem) {
        return new CheckpointException(file, Strings.clip(key), problem);
    }

    private Optional<GgufValue.Array> array(String key, String wanted, Set<Integer> types) {
        @Nullable GgufValue value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof GgufValue.Array array && types.contains(array.type())) {
            return Optional.of(array);
        }
        throw wrong(key, "must be an array of " + wanted + ", not " + value);
    }

    /** A cursor of its own, so that several threads may decode. */
    private GgufReader at(GgufValue.Array array) {
        return reader.at(array.position());
    }
}
