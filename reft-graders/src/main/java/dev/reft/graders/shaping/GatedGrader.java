package dev.reft.graders.shaping;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets a grade count only if a condition holds: a right answer in the wrong form is worth the closed score, and the grader behind the gate is
 * not asked.
 *
 * @param gate the condition; its none and failures are the grade
 * @param openFrom from which score of the gate on it is open
 * @param grader behind the gate
 * @param closed score if the gate is closed, finite
 */
public record GatedGrader(Grader gate, double openFrom, Grader grader, double closed) implements Grader {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is not finite
     */
    public GatedGrader {
        if (!Double.isFinite(openFrom) || !Double.isFinite(closed)) {
            throw new IllegalArgumentException("gate open from " + openFrom + ", closed score " + closed);
        }
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        Grade condition = gate.grade(prompt, completion);
        if (!(condition instanceof Grade.Score form)) {
            return condition;
        }
        if (form.value() < openFrom) {
            String why =
                    "gate closed at " + form.value() + (form.explanation().isEmpty() ? "" : ": " + form.explanation());
            return new Grade.Score(closed, Map.of("gate", form.value()), List.of(), form.extracted(), why);
        }
        Grade grade = grader.grade(prompt, completion);
        if (!(grade instanceof Grade.Score score)) {
            return grade;
        }
        Map<String, Double> parts = new HashMap<>(score.parts());
        parts.put("gate", form.value());
        return new Grade.Score(score.value(), parts, score.credits(), score.extracted(), score.explanation());
    }
}
