package dev.reft.graders.shaping;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;

/**
 * Scores the form of a completion's text.
 *
 * @param rule from 0 to 1
 */
public record FormatGrader(FormatRule rule) implements Grader {
    @Override
    public Grade grade(Prompt prompt, Completion completion) {
        return Grade.of(rule.score(completion.text()));
    }
}
