package dev.reft.graders.structured;

import dev.reft.generation.Completion;
import dev.reft.graders.AnswerReader;
import dev.reft.graders.InTime;
import dev.reft.graders.PythonText;
import dev.reft.grading.Deadline;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the JSON that a completion gives with the JSON of the reference.
 *
 * <p>An answer that is no JSON, or that the gate refuses, scores 0; a reference that is no JSON gives none. Parts of the score:
 * {@code parsed}, {@code gate}, and, for an {@link ObjectGrader}, {@code field.NAME} for each field.
 *
 * @param fields compares the values
 * @param gate what an answer must keep
 * @param reader finds the JSON in the completion
 */
public record StructuredGrader(FieldGrader fields, JsonGate gate, AnswerReader reader) implements Grader {
    /** The last fenced block if there is one ({@code ```json}), else the whole text. */
    public static final AnswerReader FENCED_OR_WHOLE = StructuredGrader::fenced;

    /**
     * Compares with whatever JSON the reference is: {@link FieldGrader#INFERRED}, without a gate.
     *
     * @return the grader
     */
    public static StructuredGrader inferred() {
        return new StructuredGrader(FieldGrader.INFERRED, JsonGate.OPEN, FENCED_OR_WHOLE);
    }

    /**
     * Compares field by field, without a gate.
     *
     * @param fields with their graders and weights
     * @return the grader
     */
    public static StructuredGrader of(ObjectGrader.Field... fields) {
        return new StructuredGrader(ObjectGrader.of(fields), JsonGate.OPEN, FENCED_OR_WHOLE);
    }

    /**
     * The same with a gate.
     *
     * @param other what an answer must keep
     * @return a new grader
     */
    public StructuredGrader withGate(JsonGate other) {
        return new StructuredGrader(fields, other, reader);
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        return InTime.call(() -> compared(prompt, completion));
    }

    private Grade compared(Prompt prompt, Completion completion) throws Exception {
        Optional<JsonValues.Parsed> reference = JsonValues.parse(prompt.reference());
        if (reference.isEmpty()) {
            return Grade.none("prompt '" + prompt.id() + "': the reference is no JSON");
        }
        String text = reader.read(completion.text()).map(PythonText::strip).orElse("");
        Optional<JsonValues.Parsed> answer = JsonValues.parse(text);
        if (answer.isEmpty()) {
            return score(0, Map.of("parsed", 0.0), "", "the completion is no JSON");
        }
        Map<String, Double> parts = new HashMap<>(Map.of("parsed", 1.0));
        Deadline.current().check();
        Optional<String> refused = gate.refuses(text);
        parts.put("gate", refused.isEmpty() ? 1.0 : 0.0);
        if (refused.isPresent()) {
            return score(0, parts, text, "refused: " + refused.get());
        }
        Object actual = answer.get().value();
        Object expected = reference.get().value();
        if (fields instanceof ObjectGrader object) {
            Map<String, Double> scores = object.each(actual, expected);
            scores.forEach((name, value) -> parts.put("field." + name, value));
            return score(object.combined(scores, actual), parts, text, "by field: " + scores);
        }
        return score(fields.score(actual, expected), parts, text, "");
    }

    private static Grade score(double value, Map<String, Double> parts, String extracted, String why) {
        return new Grade.Score(value, parts, List.of(), extracted, why);
    }

    private static Optional<String> fenced(String text) {
        int close = text.lastIndexOf("```");
        int open = close <= 0 ? -1 : text.lastIndexOf("```", close - 1);
        int start = open < 0 ? -1 : text.indexOf('\n', open);
        return Optional.of(start < 0 || start > close ? text : text.substring(start + 1, close));
    }
}
