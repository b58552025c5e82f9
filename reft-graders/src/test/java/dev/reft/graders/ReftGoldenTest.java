package dev.reft.graders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class ReftGoldenTest {
    @TestFactory
    Stream<DynamicTest> reftReward() {
        return Golden.tests("reft_reward", ReftGoldenTest::check);
    }

    @Test
    void familyIsThere() {
        assertTrue(Golden.cases("reft_reward").size() >= 80);
    }

    private static void check(JsonNode c) throws Exception {
        switch (c.get("engine").asString()) {
            case "nl" -> text(c);
            case "python" -> program(c);
            case "python_preprocess" ->
                assertEquals(
                        c.get("expected").asString(),
                        ReftProgram.source(c.get("input").asString()));
            case "vote" -> vote(c);
            default -> fail("unknown engine in " + c);
        }
    }

    private static void text(JsonNode c) throws Exception {
        Prompt prompt = Prompt.text("q", "", c.get("reference").asString());
        Completion completion = new Completion("q", 0, List.of(), c.get("input").asString(), Finish.END);
        Grade.Score score = (Grade.Score) ReftGrader.published(data(c)).grade(prompt, completion);
        assertEquals(c.get("expected").asDouble(), score.value());
        assertEquals(extracted(c), score.extracted());
        assertFalse(score.explanation().isEmpty());
    }

    private static void program(JsonNode c) {
        PublishedReft rule = new PublishedReft(data(c), Tolerance.REFT);
        Object result = c.get("program_failed").asBoolean() ? null : value(c.get("program_result"));
        Verdict verdict = rule.judgeResult(result, c.get("reference").asString());
        Grade.Score score = (Grade.Score) AnswerScores.REFT.grade(verdict);
        assertEquals(c.get("expected").asDouble(), score.value());
        assertEquals(extracted(c), score.extracted());
    }

    private static void vote(JsonNode c) {
        PublishedReft rule = new PublishedReft(data(c), Tolerance.REFT);
        String reference = c.get("reference").asString();
        List<String> answers = new ArrayList<>();
        for (JsonNode prediction : c.get("predictions")) {
            Object value = value(prediction);
            answers.add(value == null ? "" : rule.judgeResult(value, reference).extracted());
        }
        Optional<String> winner = ReftVote.of(data(c), answers);
        Object wanted = value(c.get("expected_answer"));
        assertEquals(wanted == null ? "" : rule.judgeResult(wanted, reference).extracted(), winner.orElse(""));
        boolean right =
                winner.isPresent() && rule.judgeResult(winner.get(), reference).kind() == Verdict.Kind.RIGHT;
        assertEquals(c.get("expected").asDouble(), right ? 1 : 0);
    }

    private static ReftData data(JsonNode c) {
        return ReftData.ofItem(c.get("dataset").asString() + "_0");
    }

    private static String extracted(JsonNode c) {
        Object value = value(c.get("extracted"));
        return value instanceof Number number
                ? NumberText.canonical(number.doubleValue())
                : value == null ? "" : value.toString();
    }

    private static @Nullable Object value(JsonNode node) {
        if (node.isNull()) {
            return null;
        }
        if (node.isBoolean()) {
            return node.asBoolean();
        }
        return node.isIntegralNumber() ? (Object) node.asLong() : node.isNumber() ? node.asDouble() : node.asString();
    }
}
