package dev.reft.graders.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.Golden;
import dev.reft.graders.json.Json;
import dev.reft.graders.judges.ChatReply;
import dev.reft.graders.judges.TokenUsage;
import dev.reft.grading.Prompt;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** What graders make of the answers that come back, each in both modes: OpenAI's flags, and a failure in training. */
class AnswersGoldenTest {
    @TestFactory
    Stream<DynamicTest> answers() {
        return Golden.tests("openai_model_python_endpoint", c -> {
            switch (c.get("grader_type").asString()) {
                case "score_model" -> model(c, scoreModel(c));
                case "label_model" -> model(c, labelModel(c));
                case "python" -> python(c);
                case "endpoint" -> endpoint(c);
                default -> throw new AssertionError("unknown type in " + c);
            }
        });
    }

    private static Map<String, Object> model(String type) {
        Map<String, Object> grader = new LinkedHashMap<>();
        grader.put("type", type);
        grader.put("name", "g");
        grader.put("model", "m");
        grader.put("input", List.of(Map.of("role", "user", "content", "Grade {{ sample.output_text }}")));
        return grader;
    }

    private static Map<String, Object> scoreModel(JsonNode c) {
        Map<String, Object> grader = model("score_model");
        if (!c.get("range").isNull()) {
            grader.put("range", Json.read(c.get("range").toString()));
        }
        return grader;
    }

    private static Map<String, Object> labelModel(JsonNode c) {
        Map<String, Object> grader = model("label_model");
        grader.put("labels", Json.read(c.get("labels").toString()));
        grader.put("passing_labels", Json.read(c.get("passing_labels").toString()));
        return grader;
    }

    private static void model(JsonNode c, Map<String, Object> json) throws Exception {
        JsonNode expected = c.get("expected");
        Validation validation = GraderDefinition.validate(Json.write(json));
        if (expected.path("error").asString("").equals(Issue.INVALID_GRADER)) {
            assertFalse(validation.isValid());
            return;
        }
        assertTrue(validation.isValid(), () -> validation.issues().toString());
        if (!expected.isString()) {
            String reply = c.get("model_response").asString();
            GraderServices services = GraderServices.builder()
                    .judge(request -> new ChatReply(reply, "m", TokenUsage.NONE))
                    .build();
            check(c, GraderDefinition.of(json), services);
        }
    }

    private static void check(JsonNode c, GraderDefinition grader, GraderServices services) throws Exception {
        RunResult result = new GraderRun(grader, services).run("a sample", Map.of());
        JsonNode expected = c.get("expected");
        OpenAiGrader training = new OpenAiGrader(grader, services);
        Prompt prompt = Prompt.text("p", "q", "r");
        Completion completion = new Completion("p", 0, List.of(), "a sample", Finish.END);
        if (expected.isObject()) {
            assertEquals(0, result.reward());
            assertFalse(result.errors().isEmpty());
            assertThrows(FlaggedException.class, () -> training.grade(prompt, completion));
            return;
        }
        assertEquals(expected.asDouble(), result.reward(), 1e-12, result::remarks);
        assertEquals(OpenAiGoldenTest.texts(c.path("expected_errors")), OpenAiGoldenTest.keys(result.errors()));
        if (result.errors().isEmpty()) {
            assertEquals(
                    expected.asDouble(),
                    ((dev.reft.grading.Grade.Score) training.grade(prompt, completion)).value(),
                    1e-12);
        } else {
            assertThrows(FlaggedException.class, () -> training.grade(prompt, completion));
        }
    }

    private static void python(JsonNode c) throws Exception {
        JsonNode given = c.get("grade_result");
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", "python");
        json.put("name", "g");
        json.put("source", FakePython.source(given));
        if (c.get("expected").path("error").asString("").equals(Issue.INVALID_GRADER)) {
            assertFalse(GraderDefinition.validate(Json.write(json)).isValid());
            return;
        }
        assertTrue(GraderDefinition.validate(Json.write(json)).isValid());
        GraderServices services = GraderServices.builder()
                .python(new FakePython(given), dev.reft.graders.programs.ProgramLimits.OPENAI)
                .build();
        check(c, GraderDefinition.of(json), services);
    }

    private static void endpoint(JsonNode c) throws Exception {
        HttpServer server = server(c);
        try {
            String url = "http://localhost:" + server.getAddress().getPort() + "/grade";
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("type", "endpoint");
            json.put("url", url);
            check(c, GraderDefinition.of(json), GraderServices.NONE);
        } finally {
            server.stop(0);
        }
    }

    private static HttpServer server(JsonNode c) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/grade", exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] body = c.path("http_body").asString("").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("retry-after-ms", "1");
            exchange.sendResponseHeaders(c.get("http_status").asInt(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }
}
