package dev.reft.model;

/** How values are made; chosen at opening. The type grows; callers keep a default branch. */
public sealed interface ValueHead {
    /** No values. */
    record None() implements ValueHead {}

    /** A linear layer on the last hidden states of the policy's trunk, as in ReFT (arXiv 2401.08967, section 3.2). */
    record Shared() implements ValueHead {}

    /**
     * A critic model of its own.
     *
     * @param critic the model whose trunk carries the value head; also a reward model that reft trained
     */
    record Separate(ModelSpec critic) implements ValueHead {}
}
