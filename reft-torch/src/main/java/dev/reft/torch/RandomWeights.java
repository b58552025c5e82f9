package dev.reft.torch;

import dev.reft.model.ProviderOption;

/**
 * Opens a model from its {@code config.json} alone, with random weights: matrices normal with the configuration's
 * {@code initializer_range} (0.02 if absent), norms one, biases zero. For tests, and to train from nothing.
 *
 * @param seed equal seeds give equal weights
 */
public record RandomWeights(long seed) implements ProviderOption {}
