package dev.reft.torch;

import dev.reft.model.ProviderOption;

/**
 * How many threads libtorch computes with; by default one for each core. It holds for the whole process: the first opening
 * fixes it, and a later one that wishes otherwise is refused.
 *
 * @param count &gt;= 1
 */
public record Threads(int count) implements ProviderOption {
    /**
     * Checks the count.
     *
     * @param count &gt;= 1
     * @throws IllegalArgumentException if it is not positive
     */
    public Threads {
        if (count < 1) {
            throw new IllegalArgumentException("threads " + count + " must be at least 1");
        }
    }
}
