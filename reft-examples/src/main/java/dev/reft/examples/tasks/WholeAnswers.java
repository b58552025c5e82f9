package dev.reft.examples.tasks;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;

/**
 * Pays whole answers only: one that was cut off at the most tokens scores 0 and is not shown to the grader, however right its text is so
 * far. Otherwise a policy would be paid for never ending an answer.
 *
 * @param grader of whole answers
 */
record WholeAnswers(Grader grader) implements Grader {
    /** Whether an answer ended by itself. */
    static boolean isWhole(Completion completion) {
        return completion.finish() != Finish.LENGTH;
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        return isWhole(completion) ? grader.grade(prompt, completion) : Grade.of(0);
    }
}
