package dev.reft.torch;

import dev.reft.model.ProviderOption;

/**
 * Adds the adapter that a specification names to the base's weights when they are read: the model computes the same
 * without its cost, exports whole, and may be trained fully or with another adapter.
 */
public record MergeAdapter() implements ProviderOption {}
