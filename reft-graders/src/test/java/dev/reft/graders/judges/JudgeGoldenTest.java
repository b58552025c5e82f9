package dev.reft.graders.judges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.reft.graders.Golden;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.ThrowingSupplier;
import tools.jackson.databind.JsonNode;

class JudgeGoldenTest {
    @TestFactory
    Stream<DynamicTest> judgeOutput() {
        return Golden.tests("judge_output", JudgeGoldenTest::check);
    }

    private static void check(JsonNode c) throws Exception {
        JsonNode expected = c.get("expected");
        ThrowingSupplier<Object> answer = () -> answer(c);
        if (expected.isObject()) {
            assertThrows(JudgeException.class, answer::get);
            return;
        }
        Object actual;
        try {
            actual = answer.get();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        if (expected.isNumber()) {
            assertEquals(expected.asDouble(), (Double) actual, 1e-12);
        } else {
            assertEquals(expected.isNull() ? null : expected.asString(), actual);
        }
    }

    private static Object answer(JsonNode c) throws Exception {
        String input = c.path("input").asString("");
        return switch (c.get("mode").asString()) {
            case "quality_json_max10" -> PublishedVerdicts.qualityOfTen(input);
            case "rubric_json" -> PublishedVerdicts.jsonScore(input);
            case "free_text_score" -> PublishedVerdicts.freeText(input);
            case "final_decision" -> PublishedVerdicts.finalDecision(input);
            case "judge_choice" ->
                new ChoiceReader(texts(c.get("choices"))).read(input).orElse(null);
            case "reference_judge" -> reference(c).score(input);
            case "extract_boxed" -> ChoiceReader.boxed(input, c.get("strict").asBoolean());
            case "rubric_weighted" -> mean(c, false);
            case "rubric_weighted_yes_no" -> mean(c, true);
            case "judge_prompt_template" -> {
                Map<String, String> fields = new LinkedHashMap<>();
                c.get("fields")
                        .properties()
                        .forEach(e -> fields.put(e.getKey(), e.getValue().asString()));
                yield JudgePrompt.fill(input, fields);
            }
            default -> throw new AssertionError("unknown mode in " + c);
        };
    }

    private static Ruling reference(JsonNode c) {
        List<String> choices = c.has("choices") ? texts(c.get("choices")) : List.of("yes", "no");
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put(choices.get(0), 1.0);
        scores.put(choices.get(1), 0.0);
        return Ruling.ofChoice(scores);
    }

    private static double mean(JsonNode c, boolean yesNo) {
        List<JsonNode> judged = new ArrayList<>();
        c.get("judged").forEach(judged::add);
        double[] weights =
                judged.stream().mapToDouble(j -> j.get("weight").asDouble()).toArray();
        double[] scores = judged.stream()
                .mapToDouble(j -> yesNo
                        ? Criterion.yesNo("n", "t", 1).score(j.get("verdict").asString())
                        : j.get("score_0_2").asDouble() / 2)
                .toArray();
        return RubricGrader.weightedMean(scores, weights);
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(t -> texts.add(t.asString()));
        return texts;
    }
}
