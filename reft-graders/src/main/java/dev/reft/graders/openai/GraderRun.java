package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import dev.reft.graders.openai.Issue.Severity;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Grades samples one by one as OpenAI's {@code run} does: whatever fails is reward 0 and a flag. Thread-safe. */
public final class GraderRun {
    private final GraderDefinition grader;
    private final Evaluator evaluator;

    /**
     * A run of a grader. What the services lack shows as a flag of each sample that needs it.
     *
     * @param grader the grader
     * @param services what it needs
     */
    public GraderRun(GraderDefinition grader, GraderServices services) {
        this.grader = grader;
        this.evaluator = new Evaluator(grader.spec(), services);
    }

    /**
     * Grades a text.
     *
     * @param modelSample what the model said; where it is JSON it is {@code sample.output_json} too
     * @param item the data row
     * @return OpenAI's answer
     * @throws InterruptedException if the thread was interrupted
     */
    public RunResult run(String modelSample, Map<String, @Nullable Object> item) throws InterruptedException {
        return run(SampleFields.of(modelSample, "stop"), item);
    }

    /**
     * Grades a sample of which more is known than its text, such as tool calls.
     *
     * @param sample its fields: {@code output_text}, {@code output_json}, {@code output_tools}, {@code choices}, ...
     * @param item the data row
     * @return OpenAI's answer
     * @throws InterruptedException if the thread was interrupted
     */
    public RunResult run(Map<String, @Nullable Object> sample, Map<String, @Nullable Object> item)
            throws InterruptedException {
        long start = System.nanoTime();
        Evaluation evaluation = new Evaluation(sample, item, Traces.next());
        double reward = 0;
        GradingErrors errors = GradingErrors.NONE;
        try {
            reward = evaluator.reward(evaluation);
        } catch (FlaggedException e) {
            errors = evaluation.errors();
        } catch (TimeoutException e) {
            FlaggedException late =
                    new FlaggedException(ErrorFlag.OTHER_ERROR, false, String.valueOf(e.getMessage()), e);
            evaluation.failed(late);
            errors = evaluation.errors();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new RunResult(
                reward,
                grader.spec(),
                seconds,
                evaluation.subRewards(),
                errors,
                evaluation.usage(),
                evaluation.remarks());
    }

    /**
     * The answer for a sample whose grading was given up by whoever ran it: reward 0 and the flag for other errors.
     *
     * @param why what happened
     * @param seconds how long it was waited for
     * @return OpenAI's answer
     */
    public RunResult givenUp(String why, double seconds) {
        GradingErrors errors = GradingErrors.of(new FlaggedException(ErrorFlag.OTHER_ERROR, false, why, null));
        return new RunResult(0, grader.spec(), seconds, Map.of(), errors, Map.of(), why);
    }

    /**
     * Answers a request to OpenAI's {@code /v1/fine_tuning/alpha/graders/run}.
     *
     * @param request {@code {"grader": {...}, "model_sample": "...", "item": {...}}}, the item optional
     * @param services what the grader needs
     * @return OpenAI's response, or its error object
     * @throws InterruptedException if the thread was interrupted
     */
    public static String respond(String request, GraderServices services) throws InterruptedException {
        try {
            Map<String, @Nullable Object> fields = Json.readObject(request);
            Map<String, @Nullable Object> grader = Json.object(fields.get("grader"));
            if (grader == null) {
                return refusal("grader", "is required and must be an object");
            }
            if (!(fields.get("model_sample") instanceof String sample)) {
                return refusal("model_sample", "is required and must be text");
            }
            Object given = fields.get("item");
            Map<String, @Nullable Object> item = given == null ? new LinkedHashMap<>() : Json.object(given);
            if (item == null) {
                return refusal("item", "must be an object");
            }
            return new GraderRun(GraderDefinition.of(grader), services)
                    .run(sample, item)
                    .write();
        } catch (IllegalArgumentException e) {
            return refusal("grader", String.valueOf(e.getMessage()));
        }
    }

    private static String refusal(String field, String message) {
        String code = field.equals("grader") ? Issue.INVALID_GRADER : "invalid_request";
        return Json.write(Validation.error(new Issue(Severity.ERROR, code, field, message)));
    }
}
