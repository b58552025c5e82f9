package dev.reft.ppo;

import dev.reft.grading.Prompt;

/**
 * A problem that can be graded, with a worked solution if there is one.
 *
 * @param prompt the problem, with the reference that the grader checks against
 * @param completion the solution, without an end token; blank where none is known
 */
public record Demonstration(Prompt prompt, String completion) {
    /**
     * A problem of which only the answer is known.
     *
     * @param prompt the problem
     * @return it without a solution
     */
    public static Demonstration unsolved(Prompt prompt) {
        return new Demonstration(prompt, "");
    }

    /**
     * Whether there is a solution.
     *
     * @return false if it is blank
     */
    public boolean solved() {
        return !completion.isBlank();
    }

    /**
     * The solution as a supervised example.
     *
     * @return the example
     * @throws IllegalStateException if there is no solution
     */
    public SftExample example() {
        if (!solved()) {
            throw new IllegalStateException("problem '" + prompt.id() + "' has no solution");
        }
        return new SftExample(prompt.id(), prompt.input(), completion);
    }
}
