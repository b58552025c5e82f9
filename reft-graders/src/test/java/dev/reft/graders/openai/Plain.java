package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Golden JSON as plain types. */
final class Plain {
    private Plain() {}

    static Map<String, Object> object(JsonNode node) {
        return node == null || node.isMissingNode() || node.isNull()
                ? new LinkedHashMap<>()
                : Json.readObject(node.toString());
    }
}
