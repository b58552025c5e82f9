package dev.reft.graders.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.json.Json;
import dev.reft.graders.judges.ChatModel;
import dev.reft.graders.judges.ChatReply;
import dev.reft.graders.judges.JudgeException;
import dev.reft.graders.judges.TokenUsage;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class OpenAiGraderTest {
    private static final Prompt PROMPT = Prompt.text("p", "q", "Paris");

    private static Completion said(String text) {
        return new Completion("p", 0, List.of(), text, Finish.END);
    }

    private static GraderDefinition check(String input, String reference) {
        return GraderDefinition.of(
                Map.of("type", "string_check", "name", "g", "operation", "eq", "input", input, "reference", reference));
    }

    private static GraderDefinition judge(String sub) {
        return GraderDefinition.read("{\"type\":\"multi\",\"name\":\"m\",\"graders\":{\"j\":{\"type\":\"score_model\","
                + "\"name\":\"j\",\"model\":\"x\",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":"
                + "\"{{sample.output_text}}\"},{\"type\":\"input_image\",\"image_url\":\"{{item.reference}}\",\"detail\":\"low\"}]}]},"
                + "\"s\":" + sub + "},\"calculate_output\":\"1 - j * s\",\"pass_threshold\":0.5}");
    }

    private static final String EQUAL =
            "{\"type\":\"string_check\",\"name\":\"s\",\"operation\":\"eq\",\"input\":\"{{sample.output_json.a}}\",\"reference\":\"1\"}";

    private static GraderServices services(ChatModel judge) {
        return GraderServices.builder().judge(judge).build();
    }

    @Test
    void theItemIsTheRowOrTheAttributes() throws Exception {
        OpenAiGrader grader =
                new OpenAiGrader(check("{{sample.output_text}}", "{{item.reference}}"), GraderServices.NONE);
        assertEquals(1, ((Grade.Score) grader.grade(PROMPT, said("Paris"))).value());
        Prompt row = new Prompt("p", new Prompt.Input.Text("q"), "", Map.of("item", Map.of("reference", "Rome")));
        assertEquals(1, ((Grade.Score) grader.grade(row, said("Rome"))).value());
    }

    @Test
    void aFaultOfTheSampleScoresZeroAndOneOfTheRowFails() throws Exception {
        OpenAiGrader sample = new OpenAiGrader(check("{{sample.output_json.x}}", "1"), GraderServices.NONE);
        Grade.Score zero = (Grade.Score) sample.grade(PROMPT, said("no json"));
        assertEquals(0, zero.value());
        assertEquals(Map.of("error/invalid_variable_error", 1.0), zero.parts());
        for (String variable : List.of("{{item.nope}}", "{{sample.output_txt}}")) {
            OpenAiGrader row = new OpenAiGrader(check(variable, "1"), GraderServices.NONE);
            assertThrows(FlaggedException.class, () -> row.grade(PROMPT, said("x")));
            Grade.Score peer =
                    (Grade.Score) row.withMode(OpenAiGrader.ErrorMode.AS_OPENAI).grade(PROMPT, said("x"));
            assertEquals(0, peer.value());
            assertEquals(Map.of("error/invalid_variable_error", 1.0), peer.parts());
        }
    }

    @Test
    void anErrorNeverBecomesAReward() throws Exception {
        ChatModel down = request -> {
            throw new JudgeException(JudgeException.Kind.SERVER, "down");
        };
        GraderDefinition definition = judge(EQUAL);
        RunResult result = new GraderRun(definition, services(down)).run("no json", Map.of("reference", "r"));
        assertEquals(0, result.reward());
        assertEquals(
                Set.of(ErrorFlag.MODEL_GRADER_SERVER_ERROR, ErrorFlag.INVALID_VARIABLE_ERROR),
                result.errors().flags());
        assertEquals(false, result.passed().orElseThrow());
        FlaggedException thrown = assertThrows(
                FlaggedException.class,
                () -> new OpenAiGrader(definition, services(down)).grade(PROMPT, said("no json")));
        assertEquals(ErrorFlag.MODEL_GRADER_SERVER_ERROR, thrown.flag(), "the judge's failure, not the sample's");
    }

    @Test
    void partsUsageAndThreshold() throws Exception {
        ChatModel half = request -> {
            assertEquals(
                    List.of(
                            Map.of("type", "text", "text", "{\"a\":1}"),
                            Map.of("type", "image_url", "image_url", Map.of("url", "Paris", "detail", "low"))),
                    request.messages().get(0).content());
            return new ChatReply("{\"result\":0.25}", "served", new TokenUsage(9, 1, 0));
        };
        OpenAiGrader grader = new OpenAiGrader(judge(EQUAL), services(half));
        Grade.Score grade = (Grade.Score) grader.grade(PROMPT, said("{\"a\":1}"));
        assertEquals(0.75, grade.value());
        assertEquals(Map.of("j", 0.25, "s", 1.0, "passed", 1.0), grade.parts());
        assertEquals(0.25, ((Grade.Score) grader.lessThreshold().grade(PROMPT, said("{\"a\":1}"))).value());
        RunResult run = new GraderRun(judge(EQUAL), services(half)).run("{\"a\":1}", Map.of("reference", "Paris"));
        assertEquals(Map.of("served", new TokenUsage(9, 1, 0)), run.usage());
        assertTrue(run.write().contains("\"sampled_model_name\":\"served\""));
        assertThrows(
                IllegalArgumentException.class,
                () -> new OpenAiGrader(check("a", "a"), GraderServices.NONE).lessThreshold());
    }

    @Test
    void misconfigurationIsRefusedAtConstruction() {
        assertThrows(IllegalArgumentException.class, () -> new OpenAiGrader(judge(EQUAL), GraderServices.NONE));
        GraderDefinition cosine = GraderDefinition.read("{\"type\":\"text_similarity\",\"name\":\"g\",\"input\":\"a\","
                + "\"reference\":\"b\",\"evaluation_metric\":\"cosine\"}");
        assertThrows(IllegalArgumentException.class, () -> new OpenAiGrader(cosine, GraderServices.NONE));
        GraderDefinition broken = GraderDefinition.read(
                "{\"type\":\"multi\",\"name\":\"m\",\"graders\":[" + EQUAL + "],\"calculate_output\":\"0.5 * s)\"}");
        assertThrows(IllegalArgumentException.class, () -> new OpenAiGrader(broken, GraderServices.NONE));
        GraderDefinition unknown = GraderDefinition.read(
                "{\"type\":\"multi\",\"name\":\"m\",\"graders\":[" + EQUAL + "],\"calculate_output\":\"t\"}");
        assertThrows(IllegalArgumentException.class, () -> new OpenAiGrader(unknown, GraderServices.NONE));
    }

    @Test
    void readingIsLenientWhereTheExamplesAreAndValidationIsNot() {
        for (String text : List.of(
                "{\"type\":\"python\",\"source\":\"def grade(sample, item):\\n  return 1.0\"}",
                "{\"type\":\"multi\",\"name\":\"m\",\"graders\":[" + EQUAL + "],\"calculate_output\":\"0.5 * s)\"}",
                "{\"type\":\"multi\",\"name\":\"m\",\"graders\":" + EQUAL + ",\"calculate_output\":\"t\"}")) {
            GraderDefinition definition = GraderDefinition.read(text);
            assertEquals(text, Json.write(Json.read(text)).equals(definition.write()) ? text : "written otherwise");
            assertFalse(GraderDefinition.validate(text).isValid(), text);
        }
        Validation neq = GraderDefinition.validate(EQUAL.replace("\"eq\"", "\"neq\""));
        assertTrue(neq.firstError().orElseThrow().message().contains("ne"));
        assertTrue(GraderDefinition.validate(
                        "{\"type\":\"string_check\",\"name\":\"g\",\"operation\":\"eq\",\"input\":\"{{x\","
                                + "\"reference\":\"1\",\"extra\":1}")
                .isValid());
    }

    @Test
    void whatWouldFailAtEverySampleIsFoundBefore() throws Exception {
        GraderDefinition definition = judge(EQUAL.replace("\"1\"", "\"{{item.a}}\""));
        List<Issue> issues = Preflight.check(
                definition, GraderServices.NONE, List.of(Map.of("reference", "r", "a", " "), Map.of("a", "x")));
        assertEquals(
                List.of("grader.graders.j", "grader.graders.s.reference"),
                issues.stream().map(Issue::path).toList(),
                issues::toString);
        List<Issue> rows = Preflight.check(
                check("{{sample.output_text}}", "{{item.nope}}"), GraderServices.NONE, List.of(Map.of("a", 1)));
        assertEquals("invalid_variable_error", rows.get(0).code());
        assertEquals("empty_reference", issues.get(1).code());
        assertEquals(Issue.Severity.ERROR, rows.get(0).severity());
    }

    /** The endpoint is not asked about more than it takes; what made it too much tells whether a sample escapes its score. */
    @Test
    void aSampleTooLongForAnEndpointIsScored() throws Exception {
        OpenAiGrader grader = new OpenAiGrader(
                GraderDefinition.read("{\"type\":\"endpoint\",\"url\":\"http://localhost:1/\"}"), GraderServices.NONE);
        String much = "x".repeat(2 << 20);
        assertEquals(0, ((Grade.Score) grader.grade(PROMPT, said(much))).value());
        Prompt wide = new Prompt("p", new Prompt.Input.Text("q"), "", Map.of("a", much));
        assertThrows(FlaggedException.class, () -> grader.grade(wide, said("x")));
    }

    /** Every text contains nothing: such a row would pay for anything. */
    @Test
    void anEmptyReferenceIsToldAndPaysNothing() throws Exception {
        for (String operation : List.of("like", "ilike")) {
            String check = EQUAL.replace("output_json.a", "output_text")
                    .replace("\"eq\"", "\"" + operation + "\"")
                    .replace("\"1\"", "\"{{item.a}}\"");
            Completion completion = new Completion("p", 0, List.of(), "anything", Finish.END);
            Prompt empty = new Prompt("p", new Prompt.Input.Text("q"), "", Map.of("a", ""));
            String multi = "{\"type\":\"multi\",\"name\":\"m\",\"graders\":{\"g\":" + check
                    + "},\"calculate_output\":\"1 - g\"}";
            for (String json : List.of(check, multi)) {
                OpenAiGrader grader = new OpenAiGrader(GraderDefinition.read(json), GraderServices.NONE);
                assertInstanceOf(Grade.None.class, grader.grade(empty, completion));
                assertInstanceOf(
                        Grade.Score.class,
                        grader.withMode(OpenAiGrader.ErrorMode.AS_OPENAI).grade(empty, completion));
                Prompt other = new Prompt("p", new Prompt.Input.Text("q"), "", Map.of("a", "x"));
                assertInstanceOf(Grade.Score.class, grader.grade(other, completion));
                Prompt lacking = new Prompt("p", new Prompt.Input.Text("q"), "", Map.of("b", "x"));
                assertThrows(FlaggedException.class, () -> grader.grade(lacking, completion));
            }
            GraderDefinition always = GraderDefinition.read(check.replace("{{item.a}}", ""));
            assertEquals(
                    List.of("empty_reference"),
                    Preflight.check(always, GraderServices.NONE, List.of(Map.of("b", 1))).stream()
                            .map(Issue::code)
                            .toList());
        }
        GraderDefinition equal = GraderDefinition.read(EQUAL.replace("\"1\"", "\"{{item.a}}\""));
        assertInstanceOf(
                Grade.Score.class,
                new OpenAiGrader(equal, GraderServices.NONE)
                        .grade(
                                new Prompt("p", new Prompt.Input.Text("q"), "", Map.of("a", "")),
                                new Completion("p", 0, List.of(), "", Finish.END)));
    }

    @Test
    void secretsOfEndpointsAreNotShown() {
        GraderDefinition definition = GraderDefinition.read(
                "{\"type\":\"endpoint\",\"url\":\"https://h/x?code=s3cret\",\"headers\":{\"k\":\"s3cret\"}}");
        assertFalse(definition.spec().toString().contains("s3cret"));
    }

    @Test
    void containmentIsLinearAndHeedsTheDeadline() throws Exception {
        String text = "a".repeat(1_000_000);
        String part = "a".repeat(400_000) + "b";
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            assertFalse(StringOperation.LIKE.holds(text, part));
            assertTrue(StringOperation.ILIKE.holds(text + "b" + text, part.toUpperCase(java.util.Locale.ROOT)));
        });
        assertThrows(
                TimeoutException.class,
                () -> Deadline.in(Duration.ofNanos(1)).call(() -> StringOperation.LIKE.holds(text, part)));
    }
}
