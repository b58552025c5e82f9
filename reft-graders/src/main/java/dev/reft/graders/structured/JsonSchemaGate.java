package dev.reft.graders.structured;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
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
        if (JsonValues.parse(schema).isEmpty()) {
            throw new IllegalArgumentException("the JSON schema is no JSON: " + schema);
        }
        try {
            this.schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(schema, InputFormat.JSON);
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
