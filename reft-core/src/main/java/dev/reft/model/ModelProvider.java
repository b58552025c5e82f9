package dev.reft.model;

import java.util.Optional;

/** Opens models of some engine; found by {@link java.util.ServiceLoader} or handed over. */
public interface ModelProvider {
    /**
     * The provider's name, for messages.
     *
     * @return such as {@code torch}
     */
    String name();

    /**
     * Whether this provider can open a model; cheap, reads no weights.
     *
     * @param spec the model
     * @return empty if it can, else the reason in one sentence
     */
    Optional<String> refuses(ModelSpec spec);

    /**
     * Opens a model for scoring and generation.
     *
     * @param spec a model that {@link #refuses} does not refuse
     * @return the model; close it
     */
    Model open(ModelSpec spec);
}
