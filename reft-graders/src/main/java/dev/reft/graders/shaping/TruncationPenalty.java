package dev.reft.graders.shaping;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import java.util.List;
import java.util.Map;

/**
 * Gives completions that ran into their length limit a fixed score, as open-instruct's {@code non_stop_penalty} does; the grader is not
 * asked.
 *
 * @param grader for completions that ended
 * @param penalty for those cut off, finite; open-instruct has -10
 */
public record TruncationPenalty(Grader grader, double penalty) implements Grader {
    /**
     * Checks the penalty.
     *
     * @throws IllegalArgumentException if it is not finite
     */
    public TruncationPenalty {
        if (!Double.isFinite(penalty)) {
            throw new IllegalArgumentException("penalty " + penalty + " for truncated completions");
        }
    }

    @Override
    public Grade grade(Prompt prompt, Completion completion) throws Exception {
        return completion.finish() == Finish.LENGTH
                ? new Grade.Score(penalty, Map.of("truncated", 1.0), List.of(), "", "cut off at its length limit")
                : grader.grade(prompt, completion);
    }
}
