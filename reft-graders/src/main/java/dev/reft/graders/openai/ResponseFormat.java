package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The form that samples must have: JSON, and of a schema where one is given and a checker is there.
 *
 * @param name the schema's name, or ""
 * @param schema the JSON schema, or empty for any JSON object
 * @param strict whether the hosted product would make the model follow it
 * @param checker checks a sample against the schema
 */
public record ResponseFormat(String name, Map<String, @Nullable Object> schema, boolean strict, Checker checker) {
    /** Checks samples that are JSON objects; called from several threads. */
    @FunctionalInterface
    public interface Checker {
        /** Any JSON object will do. */
        Checker ANY = json -> Optional.empty();

        /**
         * Checks a sample, as the JSON-schema gate of structured output does.
         *
         * @param json the sample, a JSON object
         * @return why it is refused; empty if it is not
         */
        Optional<String> refuses(String json);
    }

    /**
     * Reads a {@code response_format}: {@code {"type": "json_schema", "json_schema": {"name", "strict", "schema"}}}, Azure's
     * flat form of it, or {@code {"type": "json_object"}}.
     *
     * @param json its fields
     * @return the format; nothing of the schema is checked until {@link #withChecker} is given a gate of it
     * @throws IllegalArgumentException if it is none of these
     */
    public static ResponseFormat of(Map<String, @Nullable Object> json) {
        Object type = json.get("type");
        if ("json_object".equals(type)) {
            return new ResponseFormat("", new LinkedHashMap<>(), false, Checker.ANY);
        }
        if (!"json_schema".equals(type)) {
            throw new IllegalArgumentException(
                    "response_format.type: must be json_schema or json_object, found " + Fields.kind(type));
        }
        Map<String, @Nullable Object> nested = Json.object(json.get("json_schema"));
        Map<String, @Nullable Object> fields = nested == null ? json : nested;
        Map<String, @Nullable Object> schema = Json.object(fields.get("schema"));
        if (schema == null) {
            throw new IllegalArgumentException(
                    "response_format.schema: must be an object, found " + Fields.kind(fields.get("schema")));
        }
        String name = fields.get("name") instanceof String text ? text : "";
        return new ResponseFormat(name, schema, Boolean.TRUE.equals(fields.get("strict")), Checker.ANY);
    }

    /**
     * The same with a check of the schema.
     *
     * @param other the check
     * @return a new format
     */
    public ResponseFormat withChecker(Checker other) {
        return new ResponseFormat(name, schema, strict, other);
    }

    /**
     * The schema as text, to make a checker of.
     *
     * @return compact JSON; {@code {}} for any JSON object
     */
    public String schemaJson() {
        return Json.write(schema);
    }

    /** What a model is told that nothing constrains. */
    String instruction() {
        return "Answer with JSON only"
                + (schema.isEmpty() ? "." : ", an object of this JSON schema: " + Json.write(schema));
    }

    void check(String text) throws FlaggedException {
        Optional<String> problem = SampleFields.json(text).value() instanceof Map
                ? checker.refuses(text)
                : Optional.of("it is no JSON object");
        if (problem.isPresent()) {
            throw new FlaggedException(
                    ErrorFlag.SAMPLE_PARSE_ERROR, true, "the sample is not as its format says: " + problem.get(), null);
        }
    }
}
