package dev.reft.ppo.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A row of a file and where it stands, so that what is wrong with it can be named.
 *
 * @param file the file's name
 * @param row from 1
 * @param fields name to value; fields that are null are absent
 */
public record JsonRow(String file, int row, Map<String, Object> fields) {
    private static final int SHOWN = 80;

    /** Copies the map. */
    public JsonRow {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /**
     * Whether a field is there and not null.
     *
     * @param name the field
     * @return true if so
     */
    public boolean has(String name) {
        return fields.containsKey(name);
    }

    /**
     * A text.
     *
     * @param name the field
     * @return its value
     * @throws IllegalArgumentException naming file, row, field and value, if it is absent or no text
     */
    public String text(String name) {
        return typed(name, String.class, "a text");
    }

    /**
     * A finite number.
     *
     * @param name the field
     * @return its value
     * @throws IllegalArgumentException naming file, row, field and value, if it is absent or no finite number
     */
    public double number(String name) {
        double value = typed(name, Number.class, "a number").doubleValue();
        if (!Double.isFinite(value)) {
            throw wrong(name, "must be finite");
        }
        return value;
    }

    /**
     * A list of texts.
     *
     * @param name the field
     * @return its values
     * @throws IllegalArgumentException naming file, row, field and value, if it is absent or no list of texts
     */
    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (Object item : typed(name, List.class, "a list")) {
            if (!(item instanceof String text)) {
                throw wrong(name, "must hold texts only");
            }
            texts.add(text);
        }
        return texts;
    }

    /**
     * A value of a type.
     *
     * @param name the field
     * @param type what it must be: String, Number, Boolean, List or Map
     * @param described the type in words, for messages
     * @param <T> the type
     * @return its value
     * @throws IllegalArgumentException naming file, row, field and value, if it is absent or of another type
     */
    public <T> T typed(String name, Class<T> type, String described) {
        Object value = fields.get(name);
        if (!type.isInstance(value)) {
            throw wrong(name, "must be " + described);
        }
        return type.cast(value);
    }

    /**
     * What is wrong with a field, to be thrown.
     *
     * @param name the field
     * @param why such as "must be a text"
     * @return an exception whose message names file, row, field and value
     */
    public IllegalArgumentException wrong(String name, String why) {
        Object held = fields.get(name);
        String value = held == null ? "is absent" : "is " + shown(JsonLines.text(held));
        return new IllegalArgumentException(file + ", row " + row + ": field '" + name + "' " + why + ", but " + value);
    }

    /**
     * What is wrong with a part of a field that holds many, to be thrown.
     *
     * @param name the field
     * @param part what in it, such as "sample 3"
     * @param held the part's value
     * @param why such as "must be a text"
     * @return an exception whose message names file, row, field, part and value
     */
    public IllegalArgumentException wrong(String name, String part, Object held, String why) {
        return new IllegalArgumentException(file + ", row " + row + ": field '" + name + "', " + part + " " + why
                + ", but is " + shown(JsonLines.text(held)));
    }

    /** The beginning of what may be very long. */
    static String shown(String text) {
        if (text.length() <= SHOWN) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(SHOWN - 1)) ? SHOWN - 1 : SHOWN;
        return text.substring(0, end) + "...";
    }
}
