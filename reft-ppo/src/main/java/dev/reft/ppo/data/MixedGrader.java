package dev.reft.ppo.data;

import dev.reft.generation.Completion;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.Map;

/**
 * Grades each prompt by its set's grader: the one that the prompt's attribute {@link Mixture#SET} names.
 *
 * @param graders set to its grader, all thread-safe
 */
public record MixedGrader(Map<String, Grader> graders) implements Grader {
    /** Copies the map. */
    public MixedGrader {
        graders = Map.copyOf(graders);
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        return grader(prompt).grade(prompt, completion);
    }

    /**
     * The grader of a prompt, to be asked for all prompts before training.
     *
     * @param prompt from a mixture
     * @return its set's grader
     * @throws IllegalArgumentException naming the prompt, if it is of no set or its set has no grader
     */
    public Grader grader(Prompt prompt) {
        Object set = prompt.attributes().get(Mixture.SET);
        Grader grader = set instanceof String name ? graders.get(name) : null;
        if (grader == null) {
            throw new IllegalArgumentException("prompt '" + prompt.id() + "' is of the set '" + set
                    + "'; there are graders of " + graders.keySet());
        }
        return grader;
    }
}
