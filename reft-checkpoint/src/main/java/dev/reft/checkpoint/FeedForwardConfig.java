package dev.reft.checkpoint;

/**
 * The feed-forward block of every layer: {@code down(activation(gate(x)) * up(x))} if it is gated, {@code
 * down(activation(up(x)))} if not.
 *
 * @param size width between the projections
 * @param activation of the gate, or of what goes up
 * @param gated whether there is a gate
 * @param bias whether the projections have biases
 */
public record FeedForwardConfig(int size, Activation activation, boolean gated, boolean bias) {
    /**
     * Checks the width.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public FeedForwardConfig {
        if (size < 1) {
            throw new IllegalArgumentException("the feed-forward width must be positive, not " + size);
        }
    }

    /**
     * A gated block.
     *
     * @param size width between the projections
     * @param activation of the gate
     * @param bias whether the three projections have biases
     */
    public FeedForwardConfig(int size, Activation activation, boolean bias) {
        this(size, activation, true, bias);
    }
}
