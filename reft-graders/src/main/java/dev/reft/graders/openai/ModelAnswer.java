package dev.reft.graders.openai;

import dev.reft.graders.PythonText;
import dev.reft.graders.json.Json;
import dev.reft.graders.json.JsonException;
import dev.reft.graders.judges.ChatRequest.AnswerShape;
import dev.reft.graders.judges.JudgeException;
import dev.reft.graders.judges.ReplyJson;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a grading model is asked to answer, and what its answer is worth. */
final class ModelAnswer {
    private static final Map<String, Object> STEPS = Map.of(
            "type",
            "array",
            "items",
            Map.of(
                    "type",
                    "object",
                    "properties",
                    Map.of(
                            "description", Map.of("type", "string"),
                            "conclusion", Map.of("type", "string")),
                    "required",
                    List.of("description", "conclusion"),
                    "additionalProperties",
                    false));

    private ModelAnswer() {}

    /** OpenAI's: {@code {"result": float, "steps": [{"description", "conclusion"}]}}. */
    static AnswerShape scoreShape() {
        return shape(Map.of("type", "number"));
    }

    static AnswerShape labelShape(List<String> labels) {
        return shape(Map.of("type", "string", "enum", labels));
    }

    private static AnswerShape shape(Map<String, Object> result) {
        return new AnswerShape(
                "grade",
                Map.of(
                        "type",
                        "object",
                        "properties",
                        Map.of("steps", STEPS, "result", result),
                        "required",
                        List.of("steps", "result"),
                        "additionalProperties",
                        false));
    }

    /** The number clamped into the range; also a number in a string, or alone, as models without structured output write it. */
    static double score(GraderSpec.ScoreModel spec, String reply) throws FlaggedException {
        Object result = result(reply);
        double number = result instanceof Number given
                ? given.doubleValue()
                : result instanceof String text ? PythonText.toFloat(text).orElse(Double.NaN) : Double.NaN;
        if (!Double.isFinite(number)) {
            throw unreadable("holds no number 'result'", reply);
        }
        return Math.max(spec.low(), Math.min(spec.high(), number));
    }

    static double label(GraderSpec.LabelModel spec, String reply) throws FlaggedException {
        String whole = PythonText.strip(ReplyJson.answer(reply));
        Object result = spec.labels().contains(whole) ? whole : result(reply);
        if (!(result instanceof String label) || !spec.labels().contains(label)) {
            throw unreadable("is none of the labels " + spec.labels(), reply);
        }
        return spec.passingLabels().contains(label) ? 1 : 0;
    }

    private static @Nullable Object result(String reply) {
        Map<String, @Nullable Object> fields = ReplyJson.lastObject(reply, "result");
        if (fields != null) {
            return fields.get("result");
        }
        String text = PythonText.strip(ReplyJson.answer(reply));
        try {
            Object value = Json.readLenient(text);
            return value instanceof Number || value instanceof String ? value : null;
        } catch (JsonException e) {
            return null;
        }
    }

    private static FlaggedException unreadable(String what, String reply) {
        String shown = reply.length() > 200 ? reply.substring(0, 200) + "..." : reply;
        String message = "the model's answer " + what + ": " + shown;
        return new FlaggedException(
                ErrorFlag.MODEL_GRADER_PARSE_ERROR,
                false,
                message,
                new JudgeException(JudgeException.Kind.PARSE, message));
    }
}
