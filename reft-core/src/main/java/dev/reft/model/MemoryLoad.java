package dev.reft.model;

/**
 * What a training run asks of a model, as far as its memory depends on it.
 *
 * @param rowTokens tokens of the longest row, prompt and completion, &gt;= 1
 * @param tokensPerPass most tokens of a pass, &gt;= 0; 0 takes the model's own advice
 * @param concurrentSamples most completions generated at a time, &gt;= 0
 * @param reference whether a frozen copy of the policy is kept, as a KL penalty needs
 */
public record MemoryLoad(int rowTokens, int tokensPerPass, int concurrentSamples, boolean reference) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException naming the number that is out of range
     */
    public MemoryLoad {
        if (rowTokens < 1) {
            throw new IllegalArgumentException("rowTokens " + rowTokens + " must be at least 1");
        }
        if (tokensPerPass < 0) {
            throw new IllegalArgumentException("tokensPerPass " + tokensPerPass + " must not be negative");
        }
        if (concurrentSamples < 0) {
            throw new IllegalArgumentException("concurrentSamples " + concurrentSamples + " must not be negative");
        }
    }
}
