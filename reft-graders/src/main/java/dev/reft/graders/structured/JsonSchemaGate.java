package dev.reft.graders.structured;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressions;
import dev.reft.graders.RegexBudget;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lets JSON through that a JSON schema (draft 2020-12 unless it names another) accepts. Needs {@code com.networknt:json-schema-validator}, an
 * optional dependency. Nothing is fetched from the network.
 *
 * <p>A schema's {@code pattern} and {@code patternProperties} run on what the model wrote. Together they look at no more than
 * {@link RegexBudget#STEPS} characters of one text; a text that takes more, or nests too deep for an expression, is refused.
 */
public final class JsonSchemaGate implements JsonGate {
    /** Of the validation under way: the validator hands an expression nothing but the text. */
    private static final ThreadLocal<RegexBudget> BUDGET = new ThreadLocal<>();

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
            SchemaRegistryConfig config = SchemaRegistryConfig.builder()
                    .regularExpressionFactory(JsonSchemaGate::expression)
                    .build();
            SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12, builder -> builder.schemaRegistryConfig(config));
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
        BUDGET.set(new RegexBudget());
        try {
            List<Error> errors = schema.validate(json, InputFormat.JSON);
            return errors.isEmpty() ? Optional.empty() : Optional.of(String.valueOf(errors.get(0)));
        } catch (RanAway e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } finally {
            BUDGET.remove();
        }
    }

    /** As the validator's own, which searches for a Java expression; but counted. */
    private static RegularExpression expression(String regex) {
        String java =
                RegularExpressions.replaceLongformCharacterProperties(RegularExpressions.replaceDollarAnchors(regex));
        Pattern pattern = Pattern.compile(java);
        return text -> {
            RegexBudget budget = BUDGET.get();
            try {
                return pattern.matcher(budget == null ? text : budget.of(text)).find();
            } catch (RegexBudget.Spent | StackOverflowError e) {
                throw new RanAway("pattern '" + regex + "' takes too much on it: " + e);
            }
        };
    }

    /** An expression gave up; what kind of exception it is keeps the validator from logging it for every sample. */
    private static final class RanAway extends SchemaException {
        private static final long serialVersionUID = 1L;

        RanAway(String message) {
            super(message);
        }
    }
}
