package dev.reft.ppo;

import dev.reft.grading.Prompt;

/**
 * A problem that can be graded, with a worked solution.
 *
 * @param prompt the problem, with the reference that the grader checks against
 * @param completion the solution, without an end token
 */
public record Demonstration(Prompt prompt, String completion) {
    /**
     * The solution as a supervised example.
     *
     * @return the example
     */
    public SftExample example() {
        return new SftExample(prompt.id(), prompt.input(), completion);
    }
}
