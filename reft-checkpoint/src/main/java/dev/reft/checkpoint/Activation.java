package dev.reft.checkpoint;

/** The non-linearity of a feed-forward block. The enum grows. */
public enum Activation {
    /** {@code x * sigmoid(x)}, also called swish; {@code silu} in a configuration. */
    SILU
}
