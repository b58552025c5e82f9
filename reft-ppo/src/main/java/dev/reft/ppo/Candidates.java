package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.Prompt;
import java.util.List;

/**
 * Answers to one prompt that are to be compared.
 *
 * @param prompt the problem
 * @param completions the answers, of any models
 * @param sources the model of each answer, or ""
 */
public record Candidates(Prompt prompt, List<Completion> completions, List<String> sources) {
    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if they are not equally long
     */
    public Candidates {
        completions = List.copyOf(completions);
        sources = List.copyOf(sources);
        if (completions.size() != sources.size()) {
            throw new IllegalArgumentException("prompt '" + prompt.id() + "' has " + completions.size()
                    + " completions of " + sources.size() + " sources");
        }
    }
}
