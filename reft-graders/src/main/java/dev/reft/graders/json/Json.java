package dev.reft.graders.json;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** Reads JSON that may be hostile into plain types, and writes it again with its numbers as they were. */
public final class Json {
    /** How deep objects and arrays may be nested: far above any grader, far below what a stack bears. */
    public static final int DEEPEST = 100;

    /** The longest text that is read, in chars. */
    public static final int LONGEST = 32 << 20;

    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
            .maxNestingDepth(DEEPEST)
            .maxStringLength(LONGEST)
            .maxNumberLength(400)
            .maxTokenCount(5_000_000)
            .maxNameLength(64 << 10)
            .build();

    private static final JsonFactory STRICT = JsonFactory.builder()
            .streamReadConstraints(LIMITS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final JsonFactory LENIENT =
            JsonFactory.builder().streamReadConstraints(LIMITS).build();

    private Json() {}

    /**
     * Reads a value; an object that names a field twice is refused.
     *
     * @param text one JSON value with white space around it
     * @return a map, list, string, {@link JsonNumber}, boolean, or null
     * @throws JsonException if it is not such a value, or over the limits
     */
    public static @Nullable Object read(String text) {
        return read(text, STRICT);
    }

    /**
     * Reads a value as most programs do that a model's output is meant for: of a field named twice the last counts.
     *
     * @param text one JSON value with white space around it
     * @return a map, list, string, {@link JsonNumber}, boolean, or null
     * @throws JsonException if it is not such a value, or over the limits
     */
    public static @Nullable Object readLenient(String text) {
        return read(text, LENIENT);
    }

    /**
     * Reads an object; a field named twice is refused.
     *
     * @param text a JSON object with white space around it
     * @return its fields in order, unmodifiable
     * @throws JsonException if it is not an object
     */
    public static Map<String, @Nullable Object> readObject(String text) {
        Map<String, @Nullable Object> object = object(read(text));
        if (object == null) {
            throw new JsonException("not a JSON object", null);
        }
        return object;
    }

    /**
     * A value as an object.
     *
     * @param value any value
     * @return the map, or null if it is no map with string keys
     */
    @SuppressWarnings("unchecked")
    public static @Nullable Map<String, @Nullable Object> object(@Nullable Object value) {
        return value instanceof Map<?, ?> map && map.keySet().stream().allMatch(String.class::isInstance)
                ? (Map<String, @Nullable Object>) map
                : null;
    }

    /**
     * Writes a value compactly. Lone surrogates are escaped, so that the text can be encoded.
     *
     * @param value a map, list, string, finite number, boolean, or null, also nested
     * @return its JSON
     * @throws IllegalArgumentException if a value is of another type, is not finite, or is nested deeper than
     *     {@value #DEEPEST}
     */
    public static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        JsonWriter.write(value, out, 0);
        return out.toString();
    }

    /**
     * The same value with Java's own numbers, for programs that look at their types, such as chat templates.
     *
     * @param value as {@link #read} gives it
     * @return with each {@link JsonNumber} as a Long, BigInteger or Double, whichever holds it
     */
    public static @Nullable Object withJavaNumbers(@Nullable Object value) {
        if (value instanceof JsonNumber number) {
            return number.toJava();
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(element -> copy.add(withJavaNumbers(element)));
            return Collections.unmodifiableList(copy);
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((name, field) -> copy.put(String.valueOf(name), withJavaNumbers(field)));
            return Collections.unmodifiableMap(copy);
        }
        return value;
    }

    private static @Nullable Object read(String text, JsonFactory factory) {
        if (text.length() > LONGEST) {
            throw new JsonException(
                    "a JSON text of " + text.length() + " chars; at most " + LONGEST + " are read", null);
        }
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new JsonException("an empty text is no JSON", null);
            }
            Object value = value(parser, first);
            if (parser.nextToken() != null) {
                throw new JsonException("something follows the JSON value" + at(parser.currentTokenLocation()), null);
            }
            return value;
        } catch (JacksonException e) {
            String said = String.valueOf(e.getOriginalMessage());
            String line = said.lines().findFirst().orElse(said);
            throw new JsonException(
                    "not JSON: " + (line.length() > 200 ? line.substring(0, 200) : line) + at(e.getLocation()), e);
        }
    }

    private static String at(@Nullable TokenStreamLocation place) {
        return place == null ? "" : " at line " + place.getLineNr() + " column " + place.getColumnNr();
    }

    private static @Nullable Object value(JsonParser parser, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> fields(parser);
            case START_ARRAY -> elements(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonNumber(parser.getString());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new JsonException(token + " where a value should be", null);
        };
    }

    private static Map<String, @Nullable Object> fields(JsonParser parser) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            fields.put(name, value(parser, parser.nextToken()));
        }
        return Collections.unmodifiableMap(fields);
    }

    private static List<@Nullable Object> elements(JsonParser parser) {
        List<@Nullable Object> list = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            list.add(value(parser, token));
        }
        return Collections.unmodifiableList(list);
    }
}
