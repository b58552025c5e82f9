package dev.reft.graders.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.json.Json;
import dev.reft.graders.json.JsonException;
import dev.reft.graders.judges.ChatReply;
import dev.reft.graders.judges.TokenUsage;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Templates, formulas, graders' JSON and samples made to break something: declared exceptions only, finite, quick. */
class HostileInputTest {
    private static final String[] SHRAPNEL = {
        "{{", "}}", "{", "}", "item.", "sample.", "item", "[0]", "[", "]", ".", "a", "\"", "'", " ", "\u0000", "\uD800",
        "\uDC00", "\uD83D\uDE00", "(", ")", "+", "-", "*", "/", "^", ",", "1", "1e400", ".5", "min", "max(", "log(",
                "sqrt(",
        "abs", "def grade(", "\n", "\\", "#", "\u0130", "\u2003", "{{item.a}}", "{{sample.output_text}}"
    };

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.of(SHRAPNEL).list().ofMaxSize(40).map(parts -> String.join("", parts)),
                Arbitraries.strings().all().ofMaxLength(60),
                Arbitraries.of(SHRAPNEL).map(part -> part.repeat(3000)));
    }

    @Provide
    Arbitrary<Object> values() {
        return values(4);
    }

    private Arbitrary<Object> values(int depth) {
        Arbitrary<Object> leaf = Arbitraries.oneOf(
                Arbitraries.of(SHRAPNEL).map(t -> (Object) t),
                Arbitraries.of(
                        1,
                        -1,
                        0.5,
                        true,
                        false,
                        "string_check",
                        "multi",
                        "python",
                        "score_model",
                        "eq",
                        "fuzzy_match",
                        "m",
                        "{{sample.output_text}}",
                        "{{item.a}}",
                        "endpoint",
                        "http://localhost:1/",
                        "label_model",
                        "user",
                        "text_similarity",
                        "def grade(sample, item):\n  return 1"));
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<Object> inner = values(depth - 1);
        return Arbitraries.oneOf(
                leaf,
                inner.list().ofMaxSize(3).map(l -> (Object) l),
                Arbitraries.maps(keys(), inner).ofMaxSize(8).map(m -> (Object) new LinkedHashMap<>(m)));
    }

    private static Arbitrary<String> keys() {
        return Arbitraries.of(
                "type",
                "name",
                "input",
                "reference",
                "operation",
                "graders",
                "calculate_output",
                "model",
                "labels",
                "source",
                "passing_labels",
                "evaluation_metric",
                "range",
                "sampling_params",
                "url",
                "headers",
                "role",
                "content",
                "a",
                "pass_threshold",
                "rate_limit",
                "seed",
                "image_url",
                "text",
                "x y");
    }

    @Property(tries = 300)
    void templates(@ForAll("texts") String source, @ForAll("texts") String value) {
        Template template;
        try {
            template = Template.of(source);
        } catch (IllegalArgumentException e) {
            return;
        }
        try {
            String text = template.render(Map.of("output_text", value), Map.of("a", value));
            if (template.variables().isEmpty()) {
                assertEquals(source, text);
            }
        } catch (FlaggedException e) {
            assertTrue(e.flag() == ErrorFlag.INVALID_VARIABLE_ERROR || e.flag() == ErrorFlag.OTHER_ERROR);
        }
    }

    @Property(tries = 300)
    void valuesAreNeverExpanded(@ForAll("texts") String value) throws FlaggedException {
        Map<String, Object> item = Map.of("a", value, "secret", "SECRET");
        assertEquals("<" + value + ">", Template.of("<{{ item.a }}>").render(Map.of(), item));
    }

    @Property(tries = 300)
    void formulas(@ForAll("texts") String source) {
        try {
            double value = Formula.of(source).value(Map.of("a", 0.5));
            assertTrue(Double.isFinite(value));
        } catch (IllegalArgumentException | ArithmeticException e) {
            assertTrue(String.valueOf(e.getMessage()).length() < 400);
        }
    }

    @Property(tries = 300)
    void gradersOfAnyJson(@ForAll("values") Object json) throws Exception {
        String text = Json.write(json);
        Validation validation = GraderDefinition.validate(text);
        GraderDefinition definition;
        try {
            definition = GraderDefinition.read(text);
        } catch (IllegalArgumentException e) {
            assertFalse(validation.isValid());
            return;
        }
        assertEquals(text, definition.write());
        if (!(definition.spec() instanceof GraderSpec.Endpoint)) {
            RunResult result = new GraderRun(definition, GraderServices.NONE).run("a", Map.of("a", "b"));
            assertTrue(Double.isFinite(result.reward()));
            assertTrue(result.errors().isEmpty() || result.reward() == 0);
        }
    }

    @Property(tries = 200)
    void requestsOfAnyText(@ForAll("texts") String text) throws InterruptedException {
        assertTrue(Json.readObject(GraderRun.respond(text, GraderServices.NONE)).containsKey("error"));
        assertTrue(Json.readObject(Validation.respond(text)).containsKey("error"));
    }

    @Property(tries = 200)
    void samplesOfAnyText(@ForAll("texts") String text) throws Exception {
        GraderDefinition definition = GraderDefinition.read("{\"type\":\"multi\",\"name\":\"m\",\"graders\":{"
                + "\"a\":{\"type\":\"string_check\",\"name\":\"a\",\"operation\":\"ilike\",\"input\":\"{{sample.output_text}}\","
                + "\"reference\":\"{{item.reference}}\"},"
                + "\"b\":{\"type\":\"string_check\",\"name\":\"b\",\"operation\":\"ne\",\"input\":\"{{sample.output_json}}\","
                + "\"reference\":\"{{sample.choices[0].message.content}}\"},"
                + "\"c\":{\"type\":\"label_model\",\"name\":\"c\",\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":"
                + "\"{{sample.output_text}}\"}],\"labels\":[\"x\"],\"passing_labels\":[\"x\"]}"
                + "},\"calculate_output\":\"a + b - c\"}");
        GraderServices services = GraderServices.builder()
                .judge(request -> new ChatReply("x", "m", TokenUsage.NONE))
                .build();
        Completion completion = new Completion("p", 0, List.of(), text, Finish.END);
        Grade grade = new OpenAiGrader(definition, services).grade(Prompt.text("p", "q", text), completion);
        boolean nothing = text.isEmpty() && grade instanceof Grade.None; // every text contains an empty reference
        assertTrue(nothing || Double.isFinite(((Grade.Score) grade).value()));
    }

    @Property(tries = 200)
    void modelAnswersOfAnyText(@ForAll("texts") String reply) throws Exception {
        GraderDefinition definition = GraderDefinition.read("{\"type\":\"score_model\",\"name\":\"s\",\"model\":\"m\","
                + "\"input\":[{\"role\":\"user\",\"content\":\"a\"}],\"range\":[-1,2]}");
        GraderServices services = GraderServices.builder()
                .judge(request -> new ChatReply(reply, "m", TokenUsage.NONE))
                .build();
        RunResult result = new GraderRun(definition, services).run("a", Map.of());
        assertTrue(result.reward() >= -1 && result.reward() <= 2);
    }

    @Test
    void depthAndSize() {
        for (String open : List.of("[", "{\"a\":", "{\"graders\":{\"a\":")) {
            assertThrows(JsonException.class, () -> Json.read(open.repeat(100_000)));
        }
        assertThrows(JsonException.class, () -> Json.read("{\"a\":1,\"a\":2}"));
        assertThrows(JsonException.class, () -> Json.read("1".repeat(10_000)));
        for (String deep : List.of("(", "-", "2^", "min(", "1+(")) {
            assertThrows(IllegalArgumentException.class, () -> Formula.of(deep.repeat(3000)));
        }
        assertThrows(IllegalArgumentException.class, () -> Formula.of("1" + "+1".repeat(1001)));
        assertEquals(1001, Formula.of("1" + "+1".repeat(1000)).value(Map.of()));
        assertThrows(IllegalArgumentException.class, () -> Template.of("x".repeat(Template.LONGEST + 1)));
        assertThrows(IllegalArgumentException.class, () -> Template.of("{{item" + ".a".repeat(100) + "}}"));
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (String part : List.of("{{", "{{{", "}}", "{{ ", "{ {")) {
                Template.of(part.repeat(100_000));
            }
        });
        Map<String, Object> item = Map.of("a", "x".repeat(1 << 20));
        Template large = Template.of("{{item.a}}".repeat(1000));
        FlaggedException thrown = assertThrows(FlaggedException.class, () -> large.render(Map.of(), item));
        assertEquals(ErrorFlag.OTHER_ERROR, thrown.flag());
    }

    @Test
    void manyGradersAreRefused() {
        StringBuilder graders = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            graders.append(i == 0 ? "" : ",").append("\"g").append(i).append("\":{}");
        }
        String text = "{\"type\":\"multi\",\"name\":\"m\",\"graders\":{" + graders + "},\"calculate_output\":\"1\"}";
        assertThrows(IllegalArgumentException.class, () -> GraderDefinition.read(text));
    }

    @Test
    void jsonIsWrittenAsItWasRead() {
        for (String text : List.of(
                "{\"b\":1.0,\"a\":[1e3,-0,1E+2,null,true,\"\\u0001\\\"\\\\\"],\"\":{}}",
                "[]",
                "\"\"",
                "-0.0",
                "null")) {
            assertEquals(text, Json.write(Json.read(text)));
        }
        assertEquals("\"\\ud800x\\udc00\uD83D\uDE00\"", Json.write("\uD800x\uDC00\uD83D\uDE00"));
        assertThrows(IllegalArgumentException.class, () -> Json.write(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Json.write(new Object()));
    }

    @Test
    void aHeaderThatCannotBeSentIsRefusedByItsName() {
        String json = "{\"type\":\"endpoint\",\"name\":\"e\",\"url\":\"https://example.org\",\"headers\":{%s}}";
        Map<String, String> bad = Map.of(
                "\"api-key\":\"sec\\nret\"", "grader.headers.api-key",
                "\"content-length\":\"5\"", "grader.headers.content-length",
                "\"two words\":\"secret\"", "grader.headers.two words");
        bad.forEach((header, path) -> {
            Validation validation = GraderDefinition.validate(String.format(json, header));
            Issue issue = validation.firstError().orElseThrow();
            assertEquals(path, issue.path());
            assertFalse(issue.toString().contains("ret"), issue.toString());
            assertThrows(IllegalArgumentException.class, () -> GraderDefinition.read(String.format(json, header)));
        });
        assertTrue(GraderDefinition.validate(String.format(json, "\"api-key\":\"secret\""))
                .isValid());
    }
}
