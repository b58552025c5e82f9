package dev.reft.checkpoint;

import java.util.Optional;

/** The non-linearity of a feed-forward block. The enum grows. */
public enum Activation {
    /** {@code x * sigmoid(x)}, also called swish; {@code silu} in a configuration. */
    SILU,
    /** {@code max(x, 0)}; {@code relu} in a configuration. */
    RELU,
    /** {@code x * Phi(x)} with the normal distribution Phi (arXiv 1606.08415); {@code gelu} in a configuration. */
    GELU,
    /** The approximation of {@link #GELU} by a hyperbolic tangent; {@code gelu_new} in a configuration. */
    GELU_TANH;

    /** The activation of a name in a {@code config.json}. */
    static Optional<Activation> named(String name) {
        return switch (name) {
            case "silu", "swish" -> Optional.of(SILU);
            case "relu" -> Optional.of(RELU);
            case "gelu" -> Optional.of(GELU);
            case "gelu_new", "gelu_pytorch_tanh" -> Optional.of(GELU_TANH);
            default -> Optional.empty();
        };
    }

    /** The first name of {@link #named}. */
    String configName() {
        return switch (this) {
            case SILU -> "silu";
            case RELU -> "relu";
            case GELU -> "gelu";
            case GELU_TANH -> "gelu_new";
        };
    }
}
