package dev.reft.sandbox;

import dev.reft.graders.AnswerScores;
import dev.reft.graders.ChoiceGrader;
import dev.reft.graders.ExactGrader;
import dev.reft.graders.NumericGrader;
import dev.reft.graders.QaGrader;
import dev.reft.graders.QaRule;
import dev.reft.graders.ReftData;
import dev.reft.graders.ReftGrader;
import dev.reft.graders.judges.PublishedVerdicts;
import dev.reft.graders.maths.MathGrader;
import dev.reft.graders.maths.StringRule;
import dev.reft.graders.shaping.Fields;
import dev.reft.graders.shaping.FormatGrader;
import dev.reft.graders.shaping.FormatRule;
import dev.reft.graders.similarity.SimilarityGrader;
import dev.reft.graders.similarity.SimilarityMetric;
import dev.reft.graders.structured.StructuredGrader;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** The graders of the golden cases' rules by the names that the families give them: an attack may come by any. */
final class RulesByName {
    private static final AnswerScores DAPO = new AnswerScores(1, -1, -1);
    private static final Map<String, FormatRule> FORMATS = Map.of(
            "trl_think_format", FormatRule.THINK,
            "openr1_format", FormatRule.THINK_AND_ANSWER_LINES,
            "openr1_tag_count", FormatRule.TAG_COUNT,
            "openr1_reasoning_steps", FormatRule.REASONING_STEPS,
            "open_instruct_soft_format", FormatRule.SOFT_THINK_AND_ANSWER,
            "verifiers_think_format", FormatRule.THINK_THEN_ANSWER,
            "verifiers_xml_format", Fields.of("think", "answer"));
    private static final Map<String, List<Grader>> GRADERS = graders();

    private RulesByName() {}

    private static Map<String, List<Grader>> graders() {
        Map<String, List<Grader>> graders = new TreeMap<>();
        graders.put("math_equivalence", List.of(MathGrader.mathVerify(), MathGrader.reward()));
        graders.put("reasoning_accuracy", List.of(MathGrader.reasoningAccuracy()));
        graders.put("boxed_then_hendrycks", List.of(MathGrader.hendrycks()));
        graders.put("hendrycks_is_equiv", List.of(new MathGrader(StringRule.HENDRYCKS, AnswerScores.BINARY)));
        graders.put("dapo_minerva", List.of(MathGrader.minerva()));
        graders.put("dapo_strict_box", List.of(new MathGrader(StringRule.STRICT_BOX, DAPO)));
        graders.put("prm800k_grade_answer", List.of(MathGrader.prm800k()));
        graders.put("choice_extraction", List.of(ChoiceGrader.fiveChoices()));
        graders.put("exact", List.of(ExactGrader.whole()));
        graders.put("puzzle_matcher", List.of(new QaGrader(QaRule.PUZZLE)));
        graders.put("string_f1", List.of(new QaGrader(QaRule.STRING_F1)));
        graders.put("flan", List.of(new QaGrader(QaRule.FLAN)));
        graders.put("string_matcher", List.of(new QaGrader(QaRule.STRING_MATCHER)));
        graders.put("research_f1", List.of(new QaGrader(QaRule.RESEARCH_F1)));
        graders.put("search_r1_em", List.of(new QaGrader(QaRule.SEARCH_R1)));
        graders.put("verl_search_r1_em", List.of(new QaGrader(QaRule.VERL_SEARCH_R1)));
        graders.put("open_instruct_last_number", List.of(NumericGrader.gsm8kLastNumber()));
        graders.put("verl_gsm8k_strict", List.of(NumericGrader.gsm8kStrict()));
        graders.put("verl_gsm8k_flexible", List.of(NumericGrader.gsm8kFlexible()));
        graders.put("reft", List.of(ReftGrader.published(ReftData.GSM8K), ReftGrader.corrected(ReftData.GSM8K)));
        graders.put("json", List.of(StructuredGrader.inferred()));
        SimilarityMetric.NAMES.forEach(
                name -> graders.put(name, List.of(SimilarityGrader.of(SimilarityMetric.named(name)))));
        FORMATS.forEach((name, rule) -> graders.put(name, List.of(new FormatGrader(rule))));
        graders.put(
                "quality_json_max10",
                List.of((prompt, completion) -> Grade.of(PublishedVerdicts.qualityOfTen(completion.text()))));
        graders.put(
                "rubric_json",
                List.of((prompt, completion) -> Grade.of(PublishedVerdicts.jsonScore(completion.text()))));
        graders.put(
                "free_text_score",
                List.of((prompt, completion) -> Grade.of(PublishedVerdicts.freeText(completion.text()))));
        graders.put(
                "final_decision",
                List.of((prompt, completion) -> Grade.of(PublishedVerdicts.finalDecision(completion.text()))));
        return graders;
    }

    /** The graders of a rule; a rule without one is an error, never a case left out. */
    static List<Grader> of(String rule, JsonNode c) {
        if (rule.equals("verl_gsm8k_strict_format")) {
            double format = c.get("format_score").asDouble();
            return List.of(NumericGrader.gsm8kStrict().withScores(new AnswerScores(1, format, 0)));
        }
        List<Grader> graders = GRADERS.get(rule);
        if (graders == null) {
            throw new AssertionError("no grader for the rule '" + rule + "' of " + c.get("id"));
        }
        return graders;
    }

    /** All rules of form. */
    static List<Grader> formats() {
        return FORMATS.values().stream()
                .map(rule -> (Grader) new FormatGrader(rule))
                .toList();
    }
}
