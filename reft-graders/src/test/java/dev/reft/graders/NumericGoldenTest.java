package dev.reft.graders;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class NumericGoldenTest {
    @TestFactory
    Stream<DynamicTest> numericExtraction() {
        return Golden.tests(
                "numeric_extraction", c -> assertEquals(c.get("expected").asDouble(), score(c)));
    }

    private static double score(JsonNode c) {
        double format = c.path("format_score").asDouble(0);
        NumericGrader grader =
                switch (c.get("mode").asString()) {
                    case "open_instruct_last_number" -> NumericGrader.gsm8kLastNumber();
                    case "verl_gsm8k_strict" -> NumericGrader.gsm8kStrict();
                    case "verl_gsm8k_flexible" -> NumericGrader.gsm8kFlexible();
                    case "verl_gsm8k_strict_format" ->
                        NumericGrader.gsm8kStrict().withScores(new AnswerScores(1, format, 0));
                    case "verl_gsm8k_flexible_format" ->
                        NumericGrader.gsm8kFlexible().withScores(new AnswerScores(1, format, 0));
                    default -> throw new AssertionError("unknown mode in " + c);
                };
        return grade(grader, c.get("input").asString(), c.get("reference").asString());
    }

    @Test
    void everyLabelledSolutionGetsItsVerdict() {
        NumericGrader grader = NumericGrader.after("A:", Tolerance.REFT);
        AtomicInteger count = new AtomicInteger();
        try (Stream<JsonNode> rows = Golden.lines("data/gsm8k/model_solutions.jsonl")) {
            rows.forEach(row -> {
                double expected = row.get("correct").asBoolean() ? 1 : 0;
                String completion = row.get("completion").asString();
                assertEquals(
                        expected,
                        grade(grader, completion, row.get("reference").asString()),
                        () -> row.get("id").asString());
                count.incrementAndGet();
            });
        }
        assertEquals(2640, count.get());
    }

    static double grade(NumericGrader grader, String completion, String reference) {
        try {
            Grade grade = grader.grade(
                    Prompt.text("q", "", reference), new Completion("q", 0, List.of(), completion, Finish.END));
            return ((Grade.Score) grade).value();
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}
