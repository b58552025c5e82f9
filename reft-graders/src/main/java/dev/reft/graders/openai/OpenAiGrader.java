package dev.reft.graders.openai;

import dev.reft.generation.Completion;
import dev.reft.graders.json.Json;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.Collection;
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
         * A fault of the sample (its JSON lacks a field, it is no JSON, it is too long for the judge) scores 0, or the least score of a
         * score_model's range if that is below 0; any other flag is thrown as a {@link FlaggedException}, so that the grading is repeated
         * or the sample dropped and counted. Where the row leaves the reference of a {@code like} or {@code ilike} empty, which every
         * sample contains, the grade is none.
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
            if (mode == ErrorMode.TRAINING && comparesWithNothing(evaluation)) {
                return Grade.none("prompt '" + prompt.id() + "': the reference is empty, and every text contains it");
            }
            if (format != null) {
                format.check(completion.text());
            }
            reward = evaluator.reward(evaluation);
        } catch (FlaggedException e) {
            if (mode == ErrorMode.TRAINING && !e.bySample()) {
                throw e;
            }
            reward = mode == ErrorMode.TRAINING ? least() : 0;
            if (evaluation.errors().isEmpty()) {
                evaluation.failed(e);
            }
        }
        return grade(reward, evaluation);
    }

    /** What a fault of the sample is worth: never more than the worst sample without one. */
    private double least() {
        return definition.spec() instanceof GraderSpec.ScoreModel model ? Math.min(0, model.low()) : 0;
    }

    private boolean comparesWithNothing(Evaluation evaluation) {
        Collection<GraderSpec> all = definition.spec() instanceof GraderSpec.Multi multi
                ? multi.graders().values()
                : List.of(definition.spec());
        for (GraderSpec spec : all) {
            if (spec instanceof GraderSpec.StringCheck check
                    && (check.operation() == StringOperation.LIKE || check.operation() == StringOperation.ILIKE)
                    && check.reference().variables().stream().noneMatch(OpenAiGrader::isSample)
                    && isEmpty(check.reference(), evaluation)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEmpty(Template reference, Evaluation evaluation) {
        try {
            return evaluation.render(reference).isEmpty();
        } catch (FlaggedException e) {
            // A field that the row lacks is told by the grading itself, with the grader's name.
            return false;
        }
    }

    private static boolean isSample(VariablePath variable) {
        return variable.namespace() == VariablePath.Namespace.SAMPLE;
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
