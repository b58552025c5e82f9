package dev.reft.graders.shaping;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.HashMap;
import java.util.Map;

/**
 * Replaces a grader's score by a {@link CosineScale} of it and the length. None and failures pass as they are.
 *
 * @param correctness tells right from wrong
 * @param rightFrom from which score on an answer is right
 * @param scale the new score
 * @param unit what length is counted in
 */
public record CosineScaledGrader(Grader correctness, double rightFrom, CosineScale scale, LengthUnit unit)
        implements Grader {
    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        Grade grade = correctness.grade(prompt, completion);
        if (!(grade instanceof Grade.Score score)) {
            return grade;
        }
        Map<String, Double> parts = new HashMap<>(score.parts());
        parts.put("unscaled", score.value());
        double value = scale.score(score.value() >= rightFrom, unit.of(completion));
        return new Grade.Score(value, parts, score.credits(), score.extracted(), score.explanation());
    }
}
