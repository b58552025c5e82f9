package dev.reft.onnx;

import dev.reft.model.ProviderOption;

/**
 * How many threads a model computes with; by default one for each core. Each model has its own.
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
