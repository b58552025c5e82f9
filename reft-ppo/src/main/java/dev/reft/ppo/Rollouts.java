package dev.reft.ppo;

import dev.reft.generation.Completion;
import dev.reft.grading.Prompt;
import dev.reft.model.TokenBatch;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What was sampled in a step, and nothing else: token ids, the sampler's log-probabilities, how samples ended, text.
 *
 * @param step the step it was sampled for, &gt;= 0
 * @param groups one a prompt, in the order of the prompts
 */
public record Rollouts(long step, List<Group> groups) {
    /**
     * Checks the step and that prompts differ.
     *
     * @throws IllegalArgumentException if the step is negative or two groups have one prompt id
     */
    public Rollouts {
        groups = List.copyOf(groups);
        if (step < 0) {
            throw new IllegalArgumentException("step " + step + " must not be negative");
        }
        Set<String> ids = new HashSet<>();
        for (Group group : groups) {
            if (!ids.add(group.prompt().id())) {
                throw new IllegalArgumentException(
                        "two groups have the prompt id '" + group.prompt().id() + "'");
            }
        }
    }

    /**
     * The completions of one prompt.
     *
     * @param prompt the problem
     * @param tokens token ids of the prompt, at least one; the array changes owner
     * @param temperature what the log-probabilities refer to, finite and &gt; 0
     * @param completions in the order of samples
     */
    public record Group(Prompt prompt, int[] tokens, float temperature, List<Completion> completions) {
        /**
         * Copies the list.
         *
         * @throws IllegalArgumentException if the prompt has no token or the temperature is not a positive number
         */
        public Group {
            completions = List.copyOf(completions);
            if (tokens.length == 0) {
                throw new IllegalArgumentException("prompt '" + prompt.id() + "' has no token");
            }
            if (!(temperature > 0) || Float.isInfinite(temperature)) {
                throw new IllegalArgumentException("prompt '" + prompt.id() + "': temperature " + temperature
                        + " is not a positive finite number");
            }
        }
    }

    /**
     * Number of completions.
     *
     * @return the sum over groups
     */
    public int size() {
        int size = 0;
        for (Group group : groups) {
            size += group.completions().size();
        }
        return size;
    }

    /**
     * The completions as rows for a model: each prompt followed by a completion, whose sampled tokens are scored.
     *
     * @return one row a completion in (prompt, sample) order; the group is the prompt's index
     */
    public TokenBatch batch() {
        return Rows.batch(this);
    }
}
