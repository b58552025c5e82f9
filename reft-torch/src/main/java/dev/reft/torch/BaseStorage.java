package dev.reft.torch;

import dev.reft.model.ProviderOption;

/**
 * Holds the matrices of a base that does not train in fewer bits; what is computed, adapters and values included, stays in
 * the specification's precision. A matrix is brought to that precision each time it is used and forgotten at once, so
 * forward passes of a policy compute their stages again in the backward, as with {@link GradientCheckpointing}.
 *
 * <p>The numbers are rounded once, when they are read. An exported adapter does not hold them and goes onto the base as it lies
 * on disk; {@link Exports} of the whole model hold them as they are here.
 */
public enum BaseStorage implements ProviderOption {
    /** Two bytes a number. */
    BF16,
    /** One byte a number and a scale a row, the largest number of the row being 127. */
    INT8
}
