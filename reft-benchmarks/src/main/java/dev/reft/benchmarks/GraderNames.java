package dev.reft.benchmarks;

import dev.reft.graders.AnswerScores;
import dev.reft.graders.ChoiceGrader;
import dev.reft.graders.ExactGrader;
import dev.reft.graders.NumericGrader;
import dev.reft.graders.QaGrader;
import dev.reft.graders.QaRule;
import dev.reft.graders.ReftData;
import dev.reft.graders.ReftGrader;
import dev.reft.graders.RegexGrader;
import dev.reft.graders.Tolerance;
import dev.reft.graders.instructions.InstructionGrader;
import dev.reft.graders.judges.ChatModel;
import dev.reft.graders.judges.ChatReply;
import dev.reft.graders.judges.ChatRequest;
import dev.reft.graders.judges.Criterion;
import dev.reft.graders.judges.JudgeGrader;
import dev.reft.graders.judges.LikelihoodJudge;
import dev.reft.graders.judges.RubricGrader;
import dev.reft.graders.judges.TokenUsage;
import dev.reft.graders.maths.MathGrader;
import dev.reft.graders.maths.StringRule;
import dev.reft.graders.openai.GraderDefinition;
import dev.reft.graders.openai.GraderServices;
import dev.reft.graders.openai.OpenAiGrader;
import dev.reft.graders.programs.CodeGrader;
import dev.reft.graders.programs.ProgramGrader;
import dev.reft.graders.programs.ProgramLimits;
import dev.reft.graders.programs.SandboxException;
import dev.reft.graders.shaping.CosineScale;
import dev.reft.graders.shaping.CosineScaledGrader;
import dev.reft.graders.shaping.Fields;
import dev.reft.graders.shaping.FormatGrader;
import dev.reft.graders.shaping.FormatRule;
import dev.reft.graders.shaping.GatedGrader;
import dev.reft.graders.shaping.GroupLengthGrader;
import dev.reft.graders.shaping.LengthGrader;
import dev.reft.graders.shaping.LengthRule;
import dev.reft.graders.shaping.LengthUnit;
import dev.reft.graders.shaping.Repetition;
import dev.reft.graders.shaping.TruncationPenalty;
import dev.reft.graders.shaping.WeightedGrader;
import dev.reft.graders.similarity.SimilarityGrader;
import dev.reft.graders.similarity.SimilarityMetric;
import dev.reft.graders.structured.FieldGrader;
import dev.reft.graders.structured.JsonSchemaGate;
import dev.reft.graders.structured.ObjectGrader.Field;
import dev.reft.graders.structured.StructuredGrader;
import dev.reft.grading.Grader;
import dev.reft.grading.GroupGrader;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The graders that {@link GraderThroughput} measures, by their names there. */
final class GraderNames {
    private static final String SCHEMA = "{\"type\": \"object\", \"required\": [\"name\", \"age\"], \"properties\": {"
            + "\"name\": {\"type\": \"string\", \"pattern\": \"^([A-Za-z]+ ?)+$\"}, \"age\": {\"type\": \"integer\"},"
            + " \"tags\": {\"type\": \"array\", \"uniqueItems\": true, \"items\": {\"type\": \"string\"}}}}";

    private static final String CHECK = "{\"type\":\"string_check\",\"name\":\"s\",\"operation\":\"ilike\","
            + "\"input\":\"{{sample.output_text}}\",\"reference\":\"{{item.reference}}\"}";
    private static final String SIMILARITY =
            "{\"type\":\"text_similarity\",\"name\":\"t\",\"evaluation_metric\":\"rouge_l\","
                    + "\"input\":\"{{sample.output_text}}\",\"reference\":\"{{item.reference}}\"}";
    private static final String ASKS = "\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":"
            + "\"Grade: {{sample.output_text}} It should say {{item.reference}}\"}]";
    private static final String SCORE = "{\"type\":\"score_model\",\"name\":\"m\"," + ASKS + "}";
    private static final String LABEL = "{\"type\":\"label_model\",\"name\":\"l\"," + ASKS
            + ",\"labels\":[\"good\",\"bad\"],\"passing_labels\":[\"good\"]}";
    private static final String PYTHON =
            "{\"type\":\"python\",\"name\":\"p\",\"source\":\"def grade(sample, item):\\n  return 1.0\"}";

    private GraderNames() {}

    static Grader grader(String name) {
        if (SimilarityMetric.NAMES.contains(name)) {
            return SimilarityGrader.of(SimilarityMetric.named(name));
        }
        if (name.startsWith("judge_")) {
            return judge(name);
        }
        if (name.startsWith("openai_")) {
            return openAi(name);
        }
        return switch (name) {
            case "reft" -> ReftGrader.corrected(ReftData.GSM8K);
            case "reft_published" -> ReftGrader.published(ReftData.GSM8K);
            case "numeric" -> NumericGrader.gsm8kFlexible();
            case "numeric_last" -> NumericGrader.gsm8kLastNumber();
            case "exact" -> ExactGrader.whole();
            case "choice" -> ChoiceGrader.fiveChoices();
            case "regex" -> new RegexGrader(Pattern.compile("([0-9]+,?)+ dollars"));
            case "squad" -> new QaGrader(QaRule.STRING_F1);
            case "search_r1" -> new QaGrader(QaRule.VERL_SEARCH_R1);
            case "maths" -> MathGrader.reward();
            case "math_verify" -> MathGrader.mathVerify();
            case "reasoning_accuracy" -> MathGrader.reasoningAccuracy();
            case "maths_strings" -> MathGrader.hendrycks();
            case "minerva" -> MathGrader.minerva();
            case "strict_box" -> new MathGrader(StringRule.STRICT_BOX, AnswerScores.BINARY);
            case "prm800k" -> MathGrader.prm800k();
            case "instructions", "instructions_all" -> InstructionGrader.all();
            case "structured" -> StructuredGrader.inferred();
            case "structured_fields" ->
                StructuredGrader.of(
                        new Field("name", FieldGrader.similarity(SimilarityMetric.named("fuzzy_match")), 1),
                        new Field("age", FieldGrader.number(Tolerance.REFT), 1),
                        new Field(
                                "tags",
                                FieldGrader.listF1(FieldGrader.similarity(SimilarityMetric.named("fuzzy_match"))),
                                1));
            case "schema_gate" -> StructuredGrader.inferred().withGate(new JsonSchemaGate(SCHEMA));
            case "cosine" -> SimilarityGrader.of(SimilarityMetric.cosine(new InstantModels.Letters()));
            case "code" -> CodeGrader.passRate(new InstantModels.Sandbox());
            case "program" -> program();
            default -> shaping(name);
        };
    }

    private static Grader shaping(String name) {
        Grader exact = ExactGrader.whole();
        Grader form = new FormatGrader(FormatRule.THINK_THEN_ANSWER);
        return switch (name) {
            case "format" -> form;
            case "format_steps" -> new FormatGrader(FormatRule.REASONING_STEPS);
            case "format_fields" -> new FormatGrader(Fields.of("think", "answer"));
            case "length" -> new LengthGrader(LengthRule.softOverlong(500, 100), LengthUnit.WORDS);
            case "repetition" -> new Repetition(3, -1, LengthUnit.CODE_POINTS);
            case "repetition_words" -> new Repetition(3, -1, LengthUnit.WORDS);
            case "cosine_scaled" ->
                new CosineScaledGrader(exact, 1, new CosineScale(-1, -0.5, 0.5, 1, 500), LengthUnit.WORDS);
            case "gated" -> new GatedGrader(form, 1, exact, 0);
            case "weighted" ->
                WeightedGrader.of(
                        new WeightedGrader.Part("answer", exact, 1),
                        new WeightedGrader.Part("form", form, 0.2),
                        new WeightedGrader.Part(
                                "length", new LengthGrader(LengthRule.softOverlong(500, 100), LengthUnit.WORDS), 0));
            case "truncation" -> new TruncationPenalty(exact, -10);
            case "group_length" -> {
                GroupGrader group = new GroupLengthGrader(NumericGrader.gsm8kLastNumber(), 1, LengthUnit.WORDS);
                yield (prompt, completion) -> group.grade(
                                prompt, List.of(completion, completion, completion, completion))
                        .get(0);
            }
            default -> throw new IllegalArgumentException("no grader '" + name + "'");
        };
    }

    /** The judge repeats what it was told before it answers: its reply is as hard to read as the completion. */
    private static Grader judge(String name) {
        return switch (name) {
            case "judge_reference" -> JudgeGrader.reference(echo("\nFinal verdict: yes"));
            case "judge_score" -> JudgeGrader.score(echo("\n{\"reason\": \"\", \"score\": 1}"), "is it right?", 0, 1);
            case "judge_rubric" ->
                new RubricGrader(
                        echo("\n{\"verdicts\": [{\"name\": \"right\", \"reason\": \"\", \"verdict\": \"yes\"}]}"),
                        List.of(Criterion.yesNo("right", "Is it right?", 1)),
                        ChatRequest.Options.DEFAULT);
            case "judge_likelihood" ->
                LikelihoodJudge.ofShared(
                        new InstantModels.Reader(),
                        (prompt, completion) -> "Is this right? " + completion.text() + " Answer:",
                        Map.of(" yes", 1.0, " no", 0.0));
            default -> throw new IllegalArgumentException("no grader '" + name + "'");
        };
    }

    private static ChatModel echo(String verdict) {
        return request -> new ChatReply(
                request.messages().get(request.messages().size() - 1).content() + verdict, "echo", TokenUsage.NONE);
    }

    private static Grader openAi(String name) {
        String json =
                switch (name) {
                    case "openai_string_check" -> CHECK;
                    case "openai_text_similarity" -> SIMILARITY;
                    case "openai_score_model" -> SCORE;
                    case "openai_label_model" -> LABEL;
                    case "openai_python" -> PYTHON;
                    case "openai_multi" ->
                        "{\"type\":\"multi\",\"name\":\"all\",\"graders\":{\"s\":" + CHECK + ",\"t\":" + SIMILARITY
                                + ",\"m\":" + SCORE
                                + "},\"calculate_output\":\"max(0, min(1, 0.5 * s + 0.3 * t + 0.2 * m))\"}";
                    default -> throw new IllegalArgumentException("no grader '" + name + "'");
                };
        String answer = name.equals("openai_label_model")
                ? "\n{\"steps\": [], \"result\": \"good\"}"
                : "\n{\"steps\": [], \"result\": 0.5}";
        GraderServices services = GraderServices.builder()
                .judge(echo(answer))
                .python(new InstantModels.Sandbox(), ProgramLimits.OPENAI)
                .build();
        return new OpenAiGrader(GraderDefinition.read(json), services);
    }

    private static Grader program() {
        try {
            return ProgramGrader.corrected(ReftData.GSM8K, new InstantModels.Sandbox());
        } catch (SandboxException | InterruptedException e) {
            throw new IllegalStateException("a sandbox that answers at once failed", e);
        }
    }
}
