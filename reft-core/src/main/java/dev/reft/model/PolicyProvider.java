package dev.reft.model;

import java.util.Optional;

/** A provider whose models can be trained. */
public interface PolicyProvider extends ModelProvider {
    /**
     * Whether this provider can train a model so; cheap, reads no weights.
     *
     * @param spec the model
     * @param training how it is to be trained
     * @return empty if it can, else the reason in one sentence
     */
    Optional<String> refuses(ModelSpec spec, Training training);

    /**
     * Opens a model for training.
     *
     * @param spec the model
     * @param training how it is trained
     * @return the policy; close it
     */
    Policy openPolicy(ModelSpec spec, Training training);
}
