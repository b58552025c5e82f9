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

    /**
     * The memory that a training run will need; cheap, reads no weights.
     *
     * @param spec a model that this provider does not refuse
     * @param training how it is trained
     * @param load what the run asks of it
     * @return the estimate; empty if this provider makes none
     */
    default Optional<MemoryEstimate> estimate(ModelSpec spec, Training training, MemoryLoad load) {
        return Optional.empty();
    }
}
