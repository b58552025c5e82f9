package dev.reft.graders.instructions;

import dev.reft.graders.PythonText;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/** Whether a text is one JSON value, as Python's {@code json.loads} has it: {@code NaN} and {@code Infinity} count. */
final class JsonText {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private JsonText() {}

    static boolean isValid(String text) {
        String plain = PythonText.strip(text);
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), plain)) {
            int depth = 0;
            int values = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                values += depth == 0 ? 1 : 0;
                if (values > 1) {
                    return false;
                }
                if (token == JsonToken.VALUE_STRING) {
                    // Strings are read lazily; a broken one must show itself.
                    parser.getString();
                }
            }
            return values == 1;
        } catch (JacksonException e) {
            return false;
        }
    }
}
