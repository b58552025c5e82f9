package dev.reft.examples.data;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A row of a file, with access to its fields that names file, row, field and value when something is wrong.
 *
 * @param file the file's name
 * @param row its number from 1: the line in a file of lines, the element in a list
 * @param idField which field names the row
 * @param node the row
 */
record RowLocation(String file, int row, String idField, JsonNode node) {
    IllegalArgumentException error(String field, @Nullable Object value, String why) {
        String text = String.valueOf(value);
        String shown = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return new IllegalArgumentException(
                file + ", row " + row + ", field '" + field + "', value '" + shown + "': " + why);
    }

    /** A text or a number as text; not blank. */
    String required(String field) {
        String text = optional(field);
        if (text.isBlank()) {
            throw node.has(field)
                    ? error(field, node.get(field), "must not be empty")
                    : new IllegalArgumentException(file + ", row " + row + ": field '" + field
                            + "' is missing; the row has " + String.join(", ", node.propertyNames()));
        }
        return text;
    }

    /** A text or a number as text; "" if the field is absent or null. */
    String optional(String field) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return "";
        }
        if (value.isString()) {
            return value.asString();
        }
        if (value.isNumber()) {
            return value.asString();
        }
        throw error(field, value, "must be a text or a number");
    }
}
