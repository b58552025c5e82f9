package dev.reft.graders.instructions;

import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/** Whether a text is one JSON value, as Python's {@code json.loads} has it: {@code NaN} and {@code Infinity} count. */
final class JsonText {
    // Python's reader gives up at about a thousand levels; it has no limit for numbers.
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(990)
                    .maxNumberLength(InstructionGrader.LONGEST)
                    .build())
            .build();
    private static final Set<String> WORDS = Set.of("NaN", "Infinity", "-Infinity");

    private JsonText() {}

    static boolean isValid(String text) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            int depth = 0;
            int values = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                values += depth == 0 ? 1 : 0;
                if (values > 1) {
                    return false;
                }
                // Strings are read lazily; a broken one must show itself.
                String said = token.isScalarValue() ? parser.getString() : "";
                // Jackson knows more words for numbers, such as INF.
                if (token.isNumeric()
                        && "IN+".indexOf(said.charAt(said.startsWith("-") ? 1 : 0)) >= 0
                        && !WORDS.contains(said)) {
                    return false;
                }
            }
            return values == 1;
        } catch (JacksonException e) {
            return false;
        }
    }
}
