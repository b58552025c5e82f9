package dev.reft.ppo;

/**
 * Where the log-probabilities that ratios refer to come from. The type grows; callers keep a default branch.
 *
 * <p>The published ReFT code takes them from a fresh forward pass, not from the sampler.
 */
public sealed interface OldLogProbs {
    /**
     * From the update's own forward path, before the first optimiser step, in the cuts of the first optimiser step. The
     * first ratio is then bit for bit 1.
     */
    record Rescored() implements OldLogProbs {}

    /**
     * From the sampler, which must vouch for them. Saves the vocabulary head of a forward pass; the first ratio differs
     * from 1 by what sampler and forward pass differ.
     */
    record Sampled() implements OldLogProbs {}

    /**
     * The pass's own numbers: the ratio is bit for bit 1. Exact if a batch of rollouts gets one optimiser step, and
     * refused otherwise. The KL penalty and the reports then take the sampler's log-probabilities where it vouches for all of
     * them, else rescored ones.
     */
    record Own() implements OldLogProbs {}
}
