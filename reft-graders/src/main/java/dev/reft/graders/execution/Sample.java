package dev.reft.graders.execution;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Prompt;
import java.util.List;

/**
 * A completion with its prompt, to be graded.
 *
 * @param prompt the problem
 * @param completion the answer
 */
public record Sample(Prompt prompt, Completion completion) {
    /**
     * An answer of which only the text is known, as in a file of recorded answers.
     *
     * @param prompt the problem
     * @param number which answer to it, from 0
     * @param text the answer
     * @return the sample, as if the model had ended it itself
     */
    public static Sample of(Prompt prompt, int number, String text) {
        return new Sample(prompt, new Completion(prompt.id(), number, List.of(), text, Finish.END));
    }
}
