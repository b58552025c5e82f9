package dev.reft.grading;

import dev.reft.generation.Completion;

/** Grades one completion. Called from several threads at once. */
@FunctionalInterface
public interface Grader {
    /**
     * Grades a completion. A grader that runs long polls {@link Deadline#current()}.
     *
     * @param prompt the problem
     * @param completion the answer
     * @return the grade; what is thrown becomes {@link Grade.Failed}
     * @throws Exception if grading is impossible at the moment
     */
    Grade grade(Prompt prompt, Completion completion) throws Exception;
}
