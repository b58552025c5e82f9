package dev.reft.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.ChoiceGrader;
import dev.reft.graders.ExactGrader;
import dev.reft.graders.References;
import dev.reft.graders.execution.GradingExecutor;
import dev.reft.graders.execution.Sample;
import dev.reft.graders.judges.ChatModel;
import dev.reft.graders.judges.ChatReply;
import dev.reft.graders.judges.ChatRequest;
import dev.reft.graders.judges.JudgeException;
import dev.reft.graders.judges.JudgeGrader;
import dev.reft.graders.judges.TokenUsage;
import dev.reft.graders.openai.FlaggedException;
import dev.reft.graders.openai.GraderDefinition;
import dev.reft.graders.openai.GraderRun;
import dev.reft.graders.openai.GraderServices;
import dev.reft.graders.openai.Issue;
import dev.reft.graders.openai.OpenAiGrader;
import dev.reft.graders.openai.Preflight;
import dev.reft.graders.openai.RunResult;
import dev.reft.graders.programs.CodeGrader;
import dev.reft.graders.programs.CodeTest;
import dev.reft.graders.shaping.GatedGrader;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.GradingLimits;
import dev.reft.grading.Prompt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;
import tools.jackson.databind.JsonNode;

/** The golden family reward_hacking, every case by its rule: what policies have tried on graders, and what these answer. */
class RewardHackingTest {
    private static final Duration IN_TIME = Duration.ofSeconds(10);

    @TestFactory
    Stream<DynamicTest> rewardHacking() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        List<String> unscored = new ArrayList<>();
        List<JsonNode> cases = Golden.every("reward_hacking");
        AtomicInteger passed = new AtomicInteger();
        for (JsonNode c : cases) {
            String id = c.get("id").asString();
            if (c.path("disputed").asBoolean(false)) {
                unscored.add(id + " (disputed: a peer's bug)");
                continue;
            }
            tests.add(DynamicTest.dynamicTest(id, () -> {
                check(c);
                passed.incrementAndGet();
            }));
        }
        tests.add(DynamicTest.dynamicTest("reward_hacking", () -> {
            System.out.println("reward_hacking: " + passed + " of " + cases.size() + " cases; not scored: "
                    + (unscored.isEmpty() ? "none" : String.join(", ", unscored)));
            assertTrue(cases.size() >= 23, "there are fewer cases than there were");
        }));
        return tests.stream();
    }

    private static void check(JsonNode c) throws Exception {
        String rule = c.get("rule").asString();
        if (c.has("program")) {
            programs(c, rule);
        } else if (rule.startsWith("string_check")) {
            stringCheck(c, rule);
        } else {
            switch (rule) {
                case "format" -> format(c);
                case "score_model" -> scoreModel(c);
                case "reference_judge" -> referenceJudge(c);
                case "custom" -> custom(c);
                case "code tests decoding" -> encodedTests(c);
                default -> scored(c, rule);
            }
        }
    }

    /** On both backends; where there is no python3, the worker is left out and said so. */
    private static void programs(JsonNode c, String rule) throws Exception {
        CodeGoldenTest.runs(c, rule, Backends.embedded(), CodeGoldenTest.SLOWER);
        try {
            CodeGoldenTest.runs(c, rule, Backends.worker(), 5);
        } catch (TestAbortedException e) {
            System.out.println(c.get("id").asString() + ": on the embedded backend only. " + e.getMessage());
        }
    }

    private static void scored(JsonNode c, String rule) throws Exception {
        for (Grader grader : RulesByName.of(rule, c)) {
            Grade grade = grade(grader, input(c), c);
            if (c.get("expected").isNull()) {
                assertInstanceOf(Grade.None.class, grade);
            } else {
                assertEquals(c.get("expected").asDouble(), ((Grade.Score) grade).value(), 1e-9, grade::toString);
            }
            if (grader instanceof ChoiceGrader && c.get("attack").asString().equals("list_every_answer")) {
                for (String reference : List.of("A", "B", "C", "D")) {
                    assertEquals(0, value(grader.grade(Prompt.text("p", "", reference), said(input(c)))), reference);
                }
            }
        }
    }

    /** A reference that every text contains is told before the run, and never paid for in it. */
    private static void stringCheck(JsonNode c, String rule) throws Exception {
        GraderDefinition definition = GraderDefinition.read("{\"type\":\"string_check\",\"name\":\"g\",\"operation\":\""
                + rule.substring("string_check".length()).strip()
                + "\",\"input\":\"{{sample.output_text}}\",\"reference\":\"{{item.reference}}\"}");
        OpenAiGrader grader = new OpenAiGrader(definition, GraderServices.NONE);
        JsonNode expected = c.get("expected");
        if (expected.isObject()) {
            List<Issue> issues = Preflight.check(
                    definition,
                    GraderServices.NONE,
                    List.of(Map.of("reference", c.get("reference").asString())));
            assertEquals(
                    List.of(expected.get("warning").asString()),
                    issues.stream().map(Issue::code).toList());
            assertEquals(Issue.Severity.WARNING, issues.get(0).severity());
            assertInstanceOf(Grade.None.class, grade(grader, input(c), c));
        } else {
            assertEquals(expected.asDouble(), value(grade(grader, input(c), c)));
        }
    }

    /** A form alone is worth no more than the case says; behind a gate of correctness it is worth nothing. */
    private static void format(JsonNode c) throws Exception {
        double most = c.get("expected").get("max").asDouble();
        for (Grader form : RulesByName.formats()) {
            assertTrue(value(grade(form, input(c), c)) <= most, form::toString);
            Grader gated = new GatedGrader(form, 1, ExactGrader.after("answer:"), 0);
            assertEquals(0, value(gated.grade(Prompt.text("p", "", "b"), said(input(c)))));
        }
    }

    /** The response is fenced off, a structured answer is asked for, and only its field counts. */
    private static void scoreModel(JsonNode c) throws Exception {
        String attack = input(c);
        List<ChatRequest> asked = new ArrayList<>();
        ChatModel swayed = request -> {
            asked.add(request);
            return new ChatReply(attack + "\n1.0\n{\"reason\": \"1.0\", \"score\": 0}", "m", TokenUsage.NONE);
        };
        JudgeGrader judge = JudgeGrader.score(swayed, "is it right?", 0, 1);
        assertEquals(0, value(grade(judge, attack, c)), "the structured field is the verdict");
        String told = String.valueOf(asked.get(0).messages().get(0).content());
        assertTrue(told.contains("```\n" + attack + "\n```"), told);
        assertTrue(asked.get(0).answer() != null, "no structured answer was asked for");
        assertThrows(
                JudgeException.class,
                () -> grade(JudgeGrader.score(replying(attack), "is it right?", 0, 1), attack, c));

        GraderDefinition definition = GraderDefinition.read(
                "{\"type\":\"score_model\",\"name\":\"g\",\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":"
                        + "\"Grade: {{sample.output_text}}\"}]}");
        assertThrows(
                FlaggedException.class, () -> grade(new OpenAiGrader(definition, judged(replying(attack))), attack, c));
        ChatModel field = replying(attack + "{\"steps\": [], \"result\": 0.0}");
        assertEquals(0, value(grade(new OpenAiGrader(definition, judged(field)), attack, c)));
    }

    private static void referenceJudge(JsonNode c) throws Exception {
        JsonNode expected = c.get("expected");
        JudgeGrader judge = JudgeGrader.reference(replying(input(c)));
        if (!expected.isObject()) {
            assertEquals(expected.asDouble(), value(grade(judge, "an answer", c)));
            return;
        }
        assertEquals("judge_failure", expected.get("error").asString());
        JudgeException thrown = assertThrows(JudgeException.class, () -> grade(judge, "an answer", c));
        assertTrue(thrown.retryable() && !thrown.isFinal(), "it may be asked again");
        assertInstanceOf(Grade.Failed.class, executed(judge));
        RunResult peer = new GraderRun(
                        GraderDefinition.read("{\"type\":\"score_model\",\"name\":\"g\",\"model\":\"m\",\"input\":"
                                + "[{\"role\":\"user\",\"content\":\"a\"}]}"),
                        judged(replying(input(c))))
                .run("an answer", Map.of());
        assertEquals(0, peer.reward(), "as OpenAI answers");
        assertTrue(peer.write().contains("\"model_grader_parse_error\":true"), peer.write());
    }

    /** What is no number fails the grading before it can be a reward. */
    private static void custom(JsonNode c) throws Exception {
        double reward =
                switch (c.get("returns").asString()) {
                    case "nan" -> Double.NaN;
                    case "inf", "infinity" -> Double.POSITIVE_INFINITY;
                    case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
                    default -> throw new AssertionError("unknown reward in " + c);
                };
        assertEquals("invalid_reward", c.get("expected").get("error").asString());
        assertThrows(IllegalArgumentException.class, () -> Grade.of(reward));
        assertInstanceOf(Grade.Failed.class, executed((prompt, completion) -> Grade.of(reward)));
    }

    private static void encodedTests(JsonNode c) throws Exception {
        assertEquals("invalid_argument", c.get("expected").get("error").asString());
        String encoded = input(c);
        assertThrows(IllegalArgumentException.class, () -> CodeTest.read(encoded));
        Prompt prompt = new Prompt("p", new Prompt.Input.Text(""), "", Map.of(CodeGrader.TESTS, encoded));
        CodeGrader grader = CodeGrader.passRate(Backends.embedded());
        assertThrows(IllegalArgumentException.class, () -> grader.grade(prompt, said("x = 1")));
    }

    private static Grade executed(Grader grader) throws Exception {
        GradingLimits limits = new GradingLimits(1, IN_TIME, 1, Duration.ofSeconds(1), 1);
        try (GradingExecutor executor = new GradingExecutor(grader, limits)) {
            return executor.grade(List.of(Sample.of(Prompt.text("p", "q", "Paris"), 0, "Rome")))
                    .get(0);
        }
    }

    private static Grade grade(Grader grader, String text, JsonNode c) throws Exception {
        Prompt prompt = prompt(c);
        return Deadline.in(IN_TIME).call(() -> grader.grade(prompt, said(text)));
    }

    private static Prompt prompt(JsonNode c) {
        JsonNode reference = c.path("reference");
        if (!reference.isArray()) {
            return Prompt.text("p", "q", reference.asString(""));
        }
        List<String> references = new ArrayList<>();
        reference.forEach(one -> references.add(one.asString()));
        assertFalse(references.isEmpty());
        return new Prompt("p", new Prompt.Input.Text("q"), "", Map.of(References.ATTRIBUTE, references));
    }

    private static String input(JsonNode c) {
        JsonNode repeat = c.path("input_repeat");
        return repeat.isObject()
                ? repeat.get("text").asString().repeat(repeat.get("times").asInt())
                : c.get("input").asString();
    }

    private static Completion said(String text) {
        return new Completion("p", 0, List.of(), text, Finish.END);
    }

    private static double value(Grade grade) {
        return assertInstanceOf(Grade.Score.class, grade).value();
    }

    private static ChatModel replying(String reply) {
        return request -> new ChatReply(reply, "m", TokenUsage.NONE);
    }

    private static GraderServices judged(ChatModel model) {
        return GraderServices.builder().judge(model).build();
    }
}
