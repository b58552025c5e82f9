package dev.reft.grading;

import dev.reft.generation.Completion;
import java.util.List;

/** Grades all completions of a prompt together, as a ranking judge does. Called from several threads at once. */
@FunctionalInterface
public interface GroupGrader {
    /**
     * Grades the completions of one prompt.
     *
     * @param prompt the problem
     * @param group its completions, in the order of samples
     * @return one grade a completion, in the same order
     * @throws Exception if grading is impossible at the moment
     */
    List<Grade> grade(Prompt prompt, List<Completion> group) throws Exception;
}
