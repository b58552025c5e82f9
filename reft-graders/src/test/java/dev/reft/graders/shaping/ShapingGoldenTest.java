package dev.reft.graders.shaping;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.Golden;
import dev.reft.graders.structured.ToolCalls;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.math.GroupAdvantages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class ShapingGoldenTest {
    private static final Map<String, FormatRule> RULES = Map.of(
            "trl_think_format", FormatRule.THINK,
            "openr1_format", FormatRule.THINK_AND_ANSWER_LINES,
            "openr1_tag_count", FormatRule.TAG_COUNT,
            "openr1_reasoning_steps", FormatRule.REASONING_STEPS,
            "open_instruct_soft_format", FormatRule.SOFT_THINK_AND_ANSWER,
            "verifiers_think_format", FormatRule.THINK_THEN_ANSWER);

    @TestFactory
    Stream<DynamicTest> formatAndShaping() {
        return Golden.tests("format_and_shaping", c -> {
            String mode = c.get("mode").asString();
            switch (mode) {
                case "repetition_penalty_tokens", "repetition_penalty_words" -> repetition(c);
                case "kimi_length_group" -> group(c);
                case "verifiers_think_parse" ->
                    text(c, Fields.afterThinking(true).read(input(c)).orElseThrow());
                case "verifiers_maybe_think_parse" ->
                    text(c, Fields.afterThinking(false).read(input(c)).orElseThrow());
                case "verifiers_xml_last_answer" ->
                    text(c, Fields.last(input(c), "answer").orElse(null));
                case "verifiers_xml_parse" -> {
                    for (Map.Entry<String, JsonNode> field : c.get("expected").properties()) {
                        JsonNode wanted = field.getValue();
                        assertEquals(
                                wanted.isNull() ? null : wanted.asString(),
                                Fields.first(input(c), field.getKey()).orElse(null));
                    }
                }
                default -> near(c, number(c, mode));
            }
        });
    }

    private static double number(JsonNode c, String mode) {
        if (RULES.containsKey(mode)) {
            return mean(c, RULES.get(mode));
        }
        return switch (mode) {
            case "openr1_code_format" ->
                FormatRule.code(c.get("language").asString()).score(input(c));
            case "verifiers_xml_format" -> mean(c, fields(c));
            case "soft_overlong" ->
                LengthRule.softOverlong(
                                c.get("max_completion_len").asInt(),
                                c.get("soft_punish_cache").asInt())
                        .score(c.get("completion_length").asInt());
            case "cosine_scaled" ->
                new CosineScale(
                                c.get("min_value_wrong").asDouble(),
                                c.get("max_value_wrong").asDouble(),
                                c.get("min_value_correct").asDouble(),
                                c.get("max_value_correct").asDouble(),
                                c.get("max_len").asInt())
                        .score(
                                c.get("correct").asBoolean(),
                                c.get("completion_length").asInt());
            case "open_instruct_max_length" ->
                LengthRule.near(
                                Double.parseDouble(c.get("reference").asString()),
                                c.get("max_length").asInt())
                        .score(c.get("completion_length").asInt());
            case "open_instruct_up_to_max_length" ->
                LengthRule.upTo(
                                Double.parseDouble(c.get("reference").asString()),
                                c.get("max_length").asInt())
                        .score(c.get("completion_length").asInt());
            default -> fail("unknown mode in " + c);
        };
    }

    private static double mean(JsonNode c, FormatRule rule) {
        JsonNode input = c.get("input");
        return input.isArray()
                ? input.valueStream()
                        .mapToDouble(n -> rule.score(n.asString()))
                        .average()
                        .orElse(0)
                : rule.score(input.asString());
    }

    private static Fields fields(JsonNode c) {
        List<List<String>> names = new ArrayList<>();
        for (JsonNode field : c.get("fields")) {
            names.add(
                    field.isArray()
                            ? field.valueStream().map(JsonNode::asString).toList()
                            : List.of(field.asString()));
        }
        return new Fields(names);
    }

    private static void repetition(JsonNode c) {
        boolean tokens = c.has("token_ids");
        int order = c.get("ngram_size").asInt();
        double penalty = c.get("max_penalty").asDouble();
        if (c.get("expected").isObject()) {
            assertThrows(IllegalArgumentException.class, () -> new Repetition(order, penalty, LengthUnit.TOKENS));
            return;
        }
        Repetition grader = new Repetition(order, penalty, tokens ? LengthUnit.TOKENS : LengthUnit.WORDS);
        near(
                c,
                tokens
                        ? grader.score(c.get("token_ids")
                                .valueStream()
                                .mapToInt(JsonNode::asInt)
                                .toArray())
                        : grader.score(input(c)));
    }

    private static void group(JsonNode c) {
        int[] lengths = c.get("lengths").valueStream().mapToInt(JsonNode::asInt).toArray();
        boolean[] right = new boolean[lengths.length];
        for (int i = 0; i < right.length; i++) {
            right[i] = c.get("correct").get(i).asBoolean();
        }
        assertArrayEquals(doubles(c.get("expected")), GroupLengthGrader.scores(lengths, right), 1e-9);
    }

    @TestFactory
    Stream<DynamicTest> aggregation() {
        return Golden.tests("aggregation", c -> {
            switch (c.get("rule").asString()) {
                case "weighted_sum" -> weighted(c, 1, WeightedGrader.OnFailure.COUNT_ZERO);
                case "trl_sum_ignoring_none" -> weighted(c, 1, WeightedGrader.OnFailure.FAIL);
                case "open_instruct_verifiable" ->
                    weighted(c, c.get("verification_reward").asDouble(), WeightedGrader.OnFailure.FAIL);
                case "rubric_group_sum" -> near(c, TurnRewards.SUM.of(doubles(c.get("rubric_rewards"))));
                case "group_advantage" -> {
                    double[] rewards = doubles(c.get("rewards"));
                    assertArrayEquals(
                            doubles(c.get("expected")),
                            GroupAdvantages.centred(rewards, new int[rewards.length]),
                            1e-9);
                }
                case "open_instruct_format_additive", "open_instruct_format_gate" -> near(c, format(c));
                case "open_instruct_non_stop" -> {
                    Finish finish = c.get("finish_reason").asString().equals("stop") ? Finish.END : Finish.LENGTH;
                    Grader grader = new TruncationPenalty(
                            constant(c.get("score")), c.get("penalty").asDouble());
                    near(c, value(grade(grader, finish)));
                }
                case "turns_last" -> near(c, TurnRewards.LAST.of(doubles(c.get("turn_rewards"))));
                case "turns_sum" -> near(c, TurnRewards.SUM.of(doubles(c.get("turn_rewards"))));
                case "geo3k_mix" ->
                    near(
                            c,
                            value(grade(
                                    WeightedGrader.of(
                                            new WeightedGrader.Part("accuracy", constant(c.get("accuracy")), 0.9),
                                            new WeightedGrader.Part("format", constant(c.get("format")), 0.1)),
                                    Finish.END)));
                case "endpoint_tool_calls_f1" ->
                    near(
                            c,
                            ToolCalls.f1(
                                    c.get("actual").toString(),
                                    c.get("expected_calls").toString()));
                default -> fail("unknown rule in " + c);
            }
        });
    }

    private static double format(JsonNode c) throws Exception {
        Grader form = constant(c.get("format_score"));
        Grader answer = constant(c.get("verifiable"));
        return value(grade(
                c.get("additive").asBoolean()
                        ? WeightedGrader.of(
                                new WeightedGrader.Part("format", form, 1),
                                new WeightedGrader.Part("answer", answer, 1))
                        : new GatedGrader(form, 1, answer, 0),
                Finish.END));
    }

    private static void weighted(JsonNode c, double factor, WeightedGrader.OnFailure onFailure) throws Exception {
        List<WeightedGrader.Part> parts = new ArrayList<>();
        for (int i = 0; i < c.get("scores").size(); i++) {
            parts.add(new WeightedGrader.Part(
                    "part" + i,
                    constant(c.get("scores").get(i)),
                    factor * c.get("weights").get(i).asDouble()));
        }
        Grade grade = grade(new WeightedGrader(parts, onFailure), Finish.END);
        if (c.get("expected").isNull()) {
            assertEquals(Grade.None.class, grade.getClass());
        } else {
            near(c, value(grade));
        }
    }

    private static Grader constant(JsonNode score) {
        return (prompt, completion) -> {
            if (score.isObject()) {
                throw new IOException(score.get("error").asString());
            }
            return score.isNull() ? Grade.none("does not apply") : Grade.of(score.asDouble());
        };
    }

    private static Grade grade(Grader grader, Finish finish) throws Exception {
        return grader.grade(Prompt.text("p", "", ""), new Completion("p", 0, List.of(), "", finish));
    }

    private static double value(Grade grade) {
        return ((Grade.Score) grade).value();
    }

    private static String input(JsonNode c) {
        return c.get("input").asString();
    }

    private static void text(JsonNode c, @Nullable String value) {
        assertEquals(c.get("expected").isNull() ? null : c.get("expected").asString(), value);
    }

    private static void near(JsonNode c, double value) {
        assertEquals(
                c.get("expected").asDouble(),
                value,
                Math.max(1e-9, c.path("tolerance").asDouble(1e-9)));
    }

    private static double[] doubles(JsonNode node) {
        return node.valueStream().mapToDouble(JsonNode::asDouble).toArray();
    }
}
