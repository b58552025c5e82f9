package dev.reft.ppo;

import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import org.jspecify.annotations.Nullable;

/**
 * Graded rollouts with the numbers that models gave for them.
 *
 * @param graded what was sampled and graded
 * @param batch one row a completion, in (prompt, sample) order; the group of a row is its prompt's index
 * @param old log-probabilities of the policy that the update starts from, and its values if the advantages use
 *     any. Log-probabilities are those
 *     that {@link OldLogProbs} names; with {@link OldLogProbs.Own} they serve the KL penalty and reports only
 * @param reference log-probabilities of the reference, or null if nothing needs them
 */
public record ScoredRollouts(
        GradedRollouts graded,
        TokenBatch batch,
        TokenScores old,
        @Nullable TokenScores reference) {
    /**
     * Checks that the parts fit together.
     *
     * @throws IllegalArgumentException if the numbers of rows differ
     */
    public ScoredRollouts {
        int rows = graded.rollouts().size();
        if (batch.size() != rows
                || old.batch().size() != rows
                || (reference != null && reference.batch().size() != rows)) {
            throw new IllegalArgumentException(rows + " completions, a batch of " + batch.size() + " rows, scores of "
                    + old.batch().size() + " rows"
                    + (reference == null
                            ? ""
                            : ", reference scores of " + reference.batch().size() + " rows"));
        }
    }
}
