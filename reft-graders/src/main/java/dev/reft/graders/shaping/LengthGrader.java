package dev.reft.graders.shaping;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.List;
import java.util.Map;

/**
 * Scores the length of a completion.
 *
 * @param rule such as {@link LengthRule#softOverlong}
 * @param unit what is counted
 */
public record LengthGrader(LengthRule rule, LengthUnit unit) implements Grader {
    @Override
    public Grade grade(Prompt prompt, Completion completion) {
        int length = unit.of(completion);
        return new Grade.Score(rule.score(length), Map.of("length", (double) length), List.of(), "", "");
    }
}
