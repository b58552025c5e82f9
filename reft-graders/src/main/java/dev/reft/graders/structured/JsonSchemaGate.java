package dev.reft.graders.structured;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets JSON through that a JSON schema (draft 2020-12 unless it names another) accepts. Needs {@code com.networknt:json-schema-validator}, an
 * optional dependency. Nothing is fetched from the network.
 *
 * <p>A schema's {@code pattern} runs on what the model wrote: the schema's author answers for its expressions.
 */
public final class JsonSchemaGate implements JsonGate {
    private final Schema schema;

    /**
     * Reads a schema.
     *
     * @param schema JSON
     * @throws IllegalArgumentException if it is no JSON schema
     */
    public JsonSchemaGate(String schema) {
        Object value = JsonValues.parse(schema)
                .orElseThrow(() -> new IllegalArgumentException("the JSON schema is no JSON: " + schema))
                .value();
        Object dialect = value instanceof Map<?, ?> map ? map.get("$schema") : null;
        try {
            SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
            String meta = dialect == null ? SpecificationVersion.DRAFT_2020_12.getDialectId() : dialect.toString();
            List<Error> errors = registry.getSchema(SchemaLocation.of(meta)).validate(schema, InputFormat.JSON);
            if (!errors.isEmpty()) {
                throw new IllegalArgumentException("the JSON schema is refused: " + errors.get(0));
            }
            this.schema = registry.getSchema(schema, InputFormat.JSON);
            this.schema.initializeValidators();
        } catch (SchemaException e) {
            throw new IllegalArgumentException("the JSON schema is refused: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<String> refuses(String json) {
        List<Error> errors = schema.validate(json, InputFormat.JSON);
        return errors.isEmpty() ? Optional.empty() : Optional.of(String.valueOf(errors.get(0)));
    }
}
