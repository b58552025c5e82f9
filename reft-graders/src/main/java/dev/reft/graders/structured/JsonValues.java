package dev.reft.graders.structured;

import dev.reft.graders.json.Json;
import dev.reft.graders.json.JsonException;
import dev.reft.graders.json.JsonNumber;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON as plain values, and how they are compared. */
final class JsonValues {
    /** Characters of JSON that are read; a longer answer is no answer. */
    static final int LONGEST = 1_000_000;

    /** Code points of a text that similarity looks at. */
    static final int LONGEST_TEXT = 2_000;

    private JsonValues() {}

    /** A parsed text; the value may be JSON's null. */
    record Parsed(@Nullable Object value) {}

    /** The value of a JSON text; empty if it is none. A name that comes twice makes it none: readers differ on which one counts. */
    static Optional<Parsed> parse(String text) {
        if (text.length() > LONGEST || text.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Parsed(decimals(Json.read(text))));
        } catch (JsonException | NumberFormatException e) {
            // No JSON, or a number with an exponent beyond BigDecimal's.
            return Optional.empty();
        }
    }

    private static @Nullable Object decimals(@Nullable Object value) {
        if (value instanceof JsonNumber number) {
            return new BigDecimal(number.toString());
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            list.forEach(element -> copy.add(decimals(element)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((name, field) -> copy.put(name, decimals(field)));
            return copy;
        }
        return value;
    }

    static boolean same(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Number && b instanceof Number) {
            BigDecimal first = number(a);
            BigDecimal second = number(b);
            return first != null && second != null && first.compareTo(second) == 0;
        }
        if (a instanceof List<?> first && b instanceof List<?> second) {
            for (int i = 0; i < first.size() && first.size() == second.size(); i++) {
                if (!same(first.get(i), second.get(i))) {
                    return false;
                }
            }
            return first.size() == second.size();
        }
        if (a instanceof Map<?, ?> first && b instanceof Map<?, ?> second) {
            return first.keySet().equals(second.keySet())
                    && first.entrySet().stream().allMatch(e -> same(e.getValue(), second.get(e.getKey())));
        }
        return a == null ? b == null : a.equals(b);
    }

    /** A number, or a text that is one; null for anything else. */
    static @Nullable BigDecimal number(@Nullable Object value) {
        if (value instanceof BigDecimal decimal) {
            return decimal;
        }
        String text = value instanceof Number || value instanceof String
                ? value.toString().strip()
                : "";
        if (text.isEmpty() || text.length() > 1000) {
            return null;
        }
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** A text, number or truth value as text; null for anything else. */
    static @Nullable String text(@Nullable Object value) {
        if (value instanceof String || value instanceof Boolean) {
            return value.toString();
        }
        BigDecimal number = value instanceof Number ? number(value) : null;
        return number == null
                ? null
                : Math.abs((long) number.scale()) > 1000 ? number.toString() : number.toPlainString();
    }

    static String head(String text) {
        return text.length() <= LONGEST_TEXT || text.codePointCount(0, text.length()) <= LONGEST_TEXT
                ? text
                : text.substring(0, text.offsetByCodePoints(0, LONGEST_TEXT));
    }
}
