package dev.reft.graders.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.graders.Golden;
import dev.reft.graders.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class OpenAiGoldenTest {
    @TestFactory
    Stream<DynamicTest> stringCheck() {
        return Golden.tests("openai_string_check", OpenAiGoldenTest::run);
    }

    @TestFactory
    Stream<DynamicTest> multiFormula() {
        return Golden.tests("openai_multi_formula", c -> {
            if (c.has("grader")) {
                run(c);
            } else {
                formula(c);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> runAndValidate() {
        return Golden.tests("openai_run_validate", c -> {
            if (c.has("validate")) {
                validate(c);
            } else {
                respond(c);
            }
        });
    }

    /** A formula alone, and the same formula in a multi grader whose graders give these scores. */
    private static void formula(JsonNode c) {
        Map<String, Double> scores = new LinkedHashMap<>();
        c.get("scores")
                .properties()
                .forEach(e -> scores.put(e.getKey(), e.getValue().asDouble()));
        String source = c.get("calculate_output").asString();
        JsonNode expected = c.get("expected");
        String error = expected.path("error").asString("");
        if (error.equals("formula_parse_error")) {
            assertTrue(unreadable(source, scores.keySet()), "was read");
        } else if (!error.isEmpty()) {
            assertEquals("other_error", error);
            assertThrows(ArithmeticException.class, () -> Formula.of(source).value(scores));
        } else {
            assertEquals(
                    expected.asDouble(),
                    Formula.of(source).value(scores),
                    c.get("tolerance").asDouble());
        }
    }

    private static boolean unreadable(String source, Set<String> names) {
        try {
            return !names.containsAll(Formula.of(source).names());
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private static void run(JsonNode c) throws InterruptedException {
        JsonNode expected = c.get("expected");
        String error = expected.path("error").asString("");
        if (error.equals(Issue.INVALID_GRADER)) {
            assertFalse(GraderDefinition.validate(c.get("grader").toString()).isValid());
            String text = c.get("grader").toString();
            assertThrows(IllegalArgumentException.class, () -> GraderDefinition.read(text));
            return;
        }
        GraderDefinition grader = GraderDefinition.read(c.get("grader").toString());
        assertEquals(Json.readObject(c.get("grader").toString()), Json.readObject(grader.write()));
        RunResult result = new GraderRun(grader, GraderServices.NONE)
                .run(Plain.object(c.path("sample")), Plain.object(c.path("item")));
        if (error.isEmpty()) {
            assertEquals(
                    expected.asDouble(), result.reward(), c.path("tolerance").asDouble(0));
        } else {
            assertEquals(0, result.reward());
            assertEquals(Set.of(error), keys(result.errors()));
        }
        if (c.path("expected_sub_rewards").isObject()) {
            c.get("expected_sub_rewards")
                    .properties()
                    .forEach(e -> assertEquals(
                            e.getValue().asDouble(), result.subRewards().get(e.getKey()), 1e-9));
        }
        if (error.isEmpty()) {
            assertEquals(texts(c.path("expected_errors")), keys(result.errors()));
        }
    }

    static Set<String> texts(JsonNode list) {
        Set<String> texts = new TreeSet<>();
        list.forEach(text -> texts.add(text.asString()));
        return texts;
    }

    static Set<String> keys(GradingErrors errors) {
        Set<String> keys = new TreeSet<>();
        errors.flags().forEach(f -> keys.add(f.key()));
        return keys;
    }

    private static void validate(JsonNode c) {
        Validation validation = GraderDefinition.validate(c.get("validate").toString());
        boolean valid = c.get("expected").isString();
        assertEquals(valid, validation.isValid(), () -> validation.issues().toString());
        JsonNode response = Golden.JSON.readTree(Validation.respond("{\"grader\":" + c.get("validate") + "}"));
        if (valid) {
            assertEquals(c.get("validate"), response.get("grader"));
        } else {
            assertEquals(
                    c.get("expected").get("error").asString(),
                    response.get("error").get("code").asString());
        }
    }

    private static void respond(JsonNode c) throws InterruptedException {
        JsonNode response =
                Golden.JSON.readTree(GraderRun.respond(c.get("request").toString(), GraderServices.NONE));
        JsonNode expected = c.get("expected");
        if (expected.has("error_any_of")) {
            JsonNode flags = response.get("metadata").get("errors");
            assertTrue(texts(expected.get("error_any_of")).stream()
                    .anyMatch(flag -> flags.get(flag).asBoolean()));
            assertEquals(
                    expected.get("reward").asDouble(), response.get("reward").asDouble());
            return;
        }
        subset(expected, response, "response");
    }

    private static void subset(JsonNode expected, JsonNode actual, String path) {
        if (expected.isObject()) {
            expected.properties().forEach(e -> {
                assertTrue(actual.has(e.getKey()), () -> path + " lacks " + e.getKey());
                subset(e.getValue(), actual.get(e.getKey()), path + "." + e.getKey());
            });
        } else if (expected.isNumber()) {
            assertEquals(expected.asDouble(), actual.asDouble(), 1e-9, path);
        } else {
            assertEquals(expected, actual, path);
        }
    }
}
