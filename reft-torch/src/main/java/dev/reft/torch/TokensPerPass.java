package dev.reft.torch;

import dev.reft.model.ProviderOption;

/**
 * The most tokens that one pass should hold ({@code ModelInfo.tokensPerPass}); by default what keeps every temporary
 * under 32 MB, above which the memory allocator gives memory back to the system and takes it again.
 *
 * @param tokens &gt;= 1
 */
public record TokensPerPass(int tokens) implements ProviderOption {
    /**
     * Checks the number.
     *
     * @param tokens &gt;= 1
     * @throws IllegalArgumentException if it is not positive
     */
    public TokensPerPass {
        if (tokens < 1) {
            throw new IllegalArgumentException("tokens per pass " + tokens + " must be at least 1");
        }
    }
}
