package dev.reft.graders.judges;

/**
 * Tokens that a judge read and wrote.
 *
 * @param prompt tokens read, those from the server's cache included
 * @param completion tokens written
 * @param cached tokens of the prompt that came from the server's cache
 */
public record TokenUsage(long prompt, long completion, long cached) {
    /** Nothing. */
    public static final TokenUsage NONE = new TokenUsage(0, 0, 0);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public TokenUsage {
        if (prompt < 0 || completion < 0 || cached < 0) {
            throw new IllegalArgumentException(
                    "usage of " + prompt + " prompt, " + completion + " completion and " + cached + " cached tokens");
        }
    }

    /**
     * Both together.
     *
     * @param other more usage
     * @return the sum
     */
    public TokenUsage plus(TokenUsage other) {
        return new TokenUsage(prompt + other.prompt, completion + other.completion, cached + other.cached);
    }

    /**
     * Tokens read and written.
     *
     * @return the sum
     */
    public long total() {
        return prompt + completion;
    }
}
