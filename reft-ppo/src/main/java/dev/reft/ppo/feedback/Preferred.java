package dev.reft.ppo.feedback;

import dev.reft.generation.Completion;
import dev.reft.grading.Prompt;

/**
 * Two completions of a prompt of which a person found one better.
 *
 * @param prompt the problem
 * @param chosen the better completion
 * @param rejected the worse
 */
public record Preferred(Prompt prompt, Completion chosen, Completion rejected) {}
