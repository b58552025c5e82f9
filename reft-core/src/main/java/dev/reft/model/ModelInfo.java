package dev.reft.model;

import java.util.Set;

/**
 * What a model is.
 *
 * @param id a name for messages and provenance, such as the directory's name
 * @param vocabularySize number of token ids, &gt;= 1
 * @param contextLength most tokens that a row may have, &gt;= 1
 * @param tokensPerPass the most tokens that one pass should hold, &gt;= 1
 * @param outputs the outputs that {@code score} and {@code forward} give
 * @param logProbTolerance largest absolute difference (nats) between a sampled token's log-probability as generation
 *     reports it and as {@code score} gives it, &gt;= 0
 */
public record ModelInfo(
        String id,
        int vocabularySize,
        int contextLength,
        int tokensPerPass,
        Set<Output> outputs,
        double logProbTolerance) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if a size is not positive or the tolerance is negative
     */
    public ModelInfo {
        outputs = Set.copyOf(outputs);
        if (vocabularySize < 1 || contextLength < 1 || tokensPerPass < 1) {
            throw new IllegalArgumentException("vocabularySize " + vocabularySize + ", contextLength " + contextLength
                    + " and tokensPerPass " + tokensPerPass + " must be positive");
        }
        if (!(logProbTolerance >= 0)) {
            throw new IllegalArgumentException("logProbTolerance " + logProbTolerance + " must not be negative");
        }
    }
}
