package dev.reft.checkpoint;

/**
 * The gated feed-forward block of every layer: {@code down(activation(gate(x)) * up(x))}.
 *
 * @param size width between the projections
 * @param activation of the gate
 * @param bias whether the three projections have biases
 */
public record FeedForwardConfig(int size, Activation activation, boolean bias) {
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
}
