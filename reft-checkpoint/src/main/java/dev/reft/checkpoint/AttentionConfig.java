package dev.reft.checkpoint;

import java.util.List;

/**
 * The attention of every layer.
 *
 * @param heads query heads
 * @param keyValueHeads key and value heads, a divisor of {@code heads}
 * @param headDim width of a head
 * @param inputBias whether the query, key and value projections have biases
 * @param outputBias whether the output projection has a bias
 * @param queryKeyNorm whether and how queries and keys are normalised before they are rotated
 * @param windows a layer's sliding window in tokens, the query's own position included (a query at i sees the keys j with
 *     {@code i - window < j <= i}), or 0 for all keys; one entry a layer
 */
public record AttentionConfig(
        int heads,
        int keyValueHeads,
        int headDim,
        boolean inputBias,
        boolean outputBias,
        QueryKeyNorm queryKeyNorm,
        List<Integer> windows) {
    /** How queries and keys are RMS-normalised. The enum grows. */
    public enum QueryKeyNorm {
        /** Not at all. */
        NONE,
        /** Each head on its own, with one weight of a head's width (Qwen3). */
        HEAD,
        /** Over all heads together, with a weight of their whole width (OLMo 2). */
        WHOLE
    }

    /**
     * Checks the shapes.
     *
     * @throws IllegalArgumentException if a size is not positive, the heads do not divide, or a window is negative
     */
    public AttentionConfig {
        if (heads < 1 || keyValueHeads < 1 || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "heads (" + heads + ") must be a positive multiple of key/value heads (" + keyValueHeads + ")");
        }
        if (headDim < 1) {
            throw new IllegalArgumentException("the width of a head must be positive, not " + headDim);
        }
        windows = List.copyOf(windows);
        for (int window : windows) {
            if (window < 0) {
                throw new IllegalArgumentException("a window must be 0 or more, not " + window);
            }
        }
    }

    /**
     * An attention whose queries and keys are normalised a head, or not at all.
     *
     * @param heads query heads
     * @param keyValueHeads key and value heads
     * @param headDim width of a head
     * @param inputBias whether the query, key and value projections have biases
     * @param outputBias whether the output projection has a bias
     * @param headNorms whether queries and keys are normalised a head
     * @param windows a layer's sliding window
     */
    public AttentionConfig(
            int heads,
            int keyValueHeads,
            int headDim,
            boolean inputBias,
            boolean outputBias,
            boolean headNorms,
            List<Integer> windows) {
        this(
                heads,
                keyValueHeads,
                headDim,
                inputBias,
                outputBias,
                headNorms ? QueryKeyNorm.HEAD : QueryKeyNorm.NONE,
                windows);
    }

    /**
     * Whether queries and keys are normalised a head.
     *
     * @return whether {@link #queryKeyNorm} is {@link QueryKeyNorm#HEAD}
     */
    public boolean headNorms() {
        return queryKeyNorm == QueryKeyNorm.HEAD;
    }

    /**
     * Width of all query heads together, which need not be the hidden size.
     *
     * @return {@code heads * headDim}
     */
    public int queryWidth() {
        return Math.multiplyExact(heads, headDim);
    }

    /**
     * Width of all key heads together, and of all value heads.
     *
     * @return {@code keyValueHeads * headDim}
     */
    public int keyValueWidth() {
        return Math.multiplyExact(keyValueHeads, headDim);
    }
}
