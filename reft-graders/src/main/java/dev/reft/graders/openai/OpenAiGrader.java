package dev.reft.graders.openai;

import dev.reft.generation.Completion;
import dev.reft.graders.json.Json;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A grader of OpenAI's JSON, for training. The item is the map under {@value #ITEM} among a prompt's attributes, as
 * the rows of a job file put it there; where there is none, the attributes themselves and {@code reference}.
 *
 * <p>What a flag means is chosen by {@link ErrorMode}.
 */
public final class OpenAiGrader implements Grader {
    /** The attribute of a prompt that holds the data row. */
    public static final String ITEM = "item";

    private final GraderDefinition definition;
    private final Evaluator evaluator;
    private final ErrorMode mode;
    private final Function<Completion, Map<String, @Nullable Object>> sampleOf;
    private final @Nullable ResponseFormat format;
    private final boolean lessThreshold;

    /** What becomes of a grading that OpenAI answers by 0 and a flag. The enum grows. */
    public enum ErrorMode {
        /**
         * A fault of the sample (its JSON lacks a field, or it is no JSON) scores 0; any other flag is thrown as a
         * {@link FlaggedException}, so that the grading is repeated or the sample dropped and counted.
         */
        TRAINING,
        /** 0 for every flag, as OpenAI scores it; each flag is a part {@code error/...} of value 1. */
        AS_OPENAI
    }

    /**
     * A grader in the mode {@link ErrorMode#TRAINING}.
     *
     * @param definition the grader's JSON
     * @param services what it needs
     * @throws IllegalArgumentException if a service is missing, or a multi grader's formula cannot be used
     */
    public OpenAiGrader(GraderDefinition definition, GraderServices services) {
        this(definition, checked(definition, services), ErrorMode.TRAINING, SampleFields::of, null, false);
    }

    private OpenAiGrader(
            GraderDefinition definition,
            Evaluator evaluator,
            ErrorMode mode,
            Function<Completion, Map<String, @Nullable Object>> sampleOf,
            @Nullable ResponseFormat format,
            boolean lessThreshold) {
        this.definition = definition;
        this.evaluator = evaluator;
        this.mode = mode;
        this.sampleOf = sampleOf;
        this.format = format;
        this.lessThreshold = lessThreshold;
    }

    private static Evaluator checked(GraderDefinition definition, GraderServices services) {
        services.missing(definition.spec()).ifPresent(what -> {
            throw new IllegalArgumentException(what);
        });
        Evaluator evaluator = new Evaluator(definition.spec(), services);
        if (!evaluator.formulaProblem().isEmpty()) {
            throw new IllegalArgumentException("calculate_output: " + evaluator.formulaProblem());
        }
        return evaluator;
    }

    /**
     * The same in another mode.
     *
     * @param other what a flag means
     * @return a new grader
     */
    public OpenAiGrader withMode(ErrorMode other) {
        return new OpenAiGrader(definition, evaluator, other, sampleOf, format, lessThreshold);
    }

    /**
     * The same with samples of which more is known than their text, such as {@code output_tools}.
     *
     * @param fields completion -&gt; the sample's fields; called from several threads
     * @return a new grader
     */
    public OpenAiGrader withSamples(Function<Completion, Map<String, @Nullable Object>> fields) {
        return new OpenAiGrader(definition, evaluator, mode, fields, format, lessThreshold);
    }

    /**
     * The same for a job whose samples must be JSON of some form: others score 0 ({@code sample_parse_error}).
     *
     * @param wanted the job's response format
     * @return a new grader
     */
    public OpenAiGrader withFormat(ResponseFormat wanted) {
        return new OpenAiGrader(definition, evaluator, mode, sampleOf, wanted, lessThreshold);
    }

    /**
     * The same with the pass threshold taken off each score, so that passing samples are positive. OpenAI does not say
     * that it does so; without this the threshold is for reports only.
     *
     * @return a new grader
     * @throws IllegalArgumentException if the grader has no threshold
     */
    public OpenAiGrader lessThreshold() {
        if (definition.spec().passThreshold() == null) {
            throw new IllegalArgumentException(
                    "the grader '" + definition.spec().name() + "' has no pass_threshold");
        }
        return new OpenAiGrader(definition, evaluator, mode, sampleOf, format, true);
    }

    /**
     * The grader's JSON.
     *
     * @return what it was made of
     */
    public GraderDefinition definition() {
        return definition;
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion)
            throws FlaggedException, TimeoutException, InterruptedException {
        Evaluation evaluation = new Evaluation(sampleOf.apply(completion), item(prompt), Traces.next());
        double reward = 0;
        try {
            if (format != null) {
                format.check(completion.text());
            }
            reward = evaluator.reward(evaluation);
        } catch (FlaggedException e) {
            if (mode == ErrorMode.TRAINING && !e.bySample()) {
                throw e;
            }
            if (evaluation.errors().isEmpty()) {
                evaluation.failed(e);
            }
        }
        return grade(reward, evaluation);
    }

    private Grade grade(double reward, Evaluation evaluation) {
        Map<String, Double> parts = new LinkedHashMap<>(evaluation.subRewards());
        for (ErrorFlag flag : evaluation.errors().flags()) {
            parts.put("error/" + flag.key(), 1.0);
        }
        Double threshold = definition.spec().passThreshold();
        if (threshold != null) {
            parts.put("passed", evaluation.errors().isEmpty() && reward >= threshold ? 1.0 : 0.0);
        }
        double score = lessThreshold && threshold != null ? reward - threshold : reward;
        return new Grade.Score(score, parts, List.of(), "", evaluation.remarks());
    }

    /** The data row that a prompt carries. */
    static Map<String, @Nullable Object> item(Prompt prompt) {
        Map<String, @Nullable Object> row = Json.object(prompt.attributes().get(ITEM));
        if (row != null) {
            return row;
        }
        Map<String, @Nullable Object> item = new LinkedHashMap<>(prompt.attributes());
        item.putIfAbsent("reference", prompt.reference());
        return item;
    }
}
