package dev.reft.graders.openai;

import org.jspecify.annotations.Nullable;

/**
 * How a grading model samples; null is the model's own default.
 *
 * @param seed for repeatable answers
 * @param topP in [0, 1]
 * @param temperature &gt;= 0
 * @param maxCompletionTokens &gt;= 1; OpenAI's field is {@code max_completions_tokens}
 * @param reasoningEffort such as {@code low}
 */
public record SamplingParams(
        @Nullable Long seed,
        @Nullable Double topP,
        @Nullable Double temperature,
        @Nullable Integer maxCompletionTokens,
        @Nullable String reasoningEffort) {
    /** Nothing said. */
    public static final SamplingParams DEFAULT = new SamplingParams(null, null, null, null, null);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public SamplingParams {
        if (topP != null && !(topP >= 0 && topP <= 1)) {
            throw new IllegalArgumentException("top_p " + topP + " must lie in [0, 1]");
        }
        if (temperature != null && (!(temperature >= 0) || Double.isInfinite(temperature))) {
            throw new IllegalArgumentException("temperature " + temperature + " must not be negative");
        }
        if (maxCompletionTokens != null && maxCompletionTokens < 1) {
            throw new IllegalArgumentException("max_completions_tokens " + maxCompletionTokens + " must be positive");
        }
    }
}
