package dev.reft.graders.judges;

/**
 * What tokens cost, in any currency for a million of them.
 *
 * @param prompt of tokens read
 * @param cached of tokens read from the server's cache
 * @param completion of tokens written
 */
public record TokenPrice(double prompt, double cached, double completion) {
    /** Nothing is charged, or nobody counts. */
    public static final TokenPrice FREE = new TokenPrice(0, 0, 0);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is negative or not finite
     */
    public TokenPrice {
        if (!(prompt >= 0) || !(cached >= 0) || !(completion >= 0) || Double.isInfinite(prompt + cached + completion)) {
            throw new IllegalArgumentException("prices " + prompt + ", " + cached + ", " + completion);
        }
    }

    /**
     * What was spent.
     *
     * @param usage tokens
     * @return in the prices' currency
     */
    public double of(TokenUsage usage) {
        long cachedTokens = Math.min(usage.cached(), usage.prompt());
        return ((usage.prompt() - cachedTokens) * prompt + cachedTokens * cached + usage.completion() * completion)
                / 1e6;
    }
}
