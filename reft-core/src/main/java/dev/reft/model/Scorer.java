package dev.reft.model;

import java.util.Set;

/** A model that scores rows: a reference, a reward model, a policy. */
public interface Scorer extends Model {
    /**
     * Scores rows without keeping anything for a gradient.
     *
     * @param batch the rows; may be empty
     * @param wanted the outputs to compute, not empty; only they cost anything
     * @return scores with exactly the outputs wanted
     * @throws IllegalArgumentException if a token is outside the vocabulary, a row is longer than the context, or an
     *     output is not among {@code info().outputs()}
     */
    TokenScores score(TokenBatch batch, Set<Output> wanted);
}
