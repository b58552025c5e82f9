package dev.reft.checkpoint;

import java.util.List;

/**
 * The attention of every layer.
 *
 * @param heads query heads
 * @param keyValueHeads key and value heads, a divisor of {@code heads}
 * @param headDim width of a head, even
 * @param inputBias whether the query, key and value projections have biases
 * @param outputBias whether the output projection has a bias
 * @param headNorms whether queries and keys are RMS-normalised a head before they are rotated (Qwen3)
 * @param windows a layer's sliding window in tokens, the query's own position included (a query at i sees the keys j with
 *     {@code i - window < j <= i}), or 0 for all keys; one entry a layer
 */
public record AttentionConfig(
        int heads,
        int keyValueHeads,
        int headDim,
        boolean inputBias,
        boolean outputBias,
        boolean headNorms,
        List<Integer> windows) {
    /**
     * Checks the shapes.
     *
     * @throws IllegalArgumentException if a size is not positive, the heads do not divide, the head's width is odd, or a
     *     window is negative
     */
    public AttentionConfig {
        if (heads < 1 || keyValueHeads < 1 || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "heads (" + heads + ") must be a positive multiple of key/value heads (" + keyValueHeads + ")");
        }
        if (headDim < 2 || headDim % 2 != 0) {
            throw new IllegalArgumentException("the width of a head must be even and positive, not " + headDim);
        }
        windows = List.copyOf(windows);
        for (int window : windows) {
            if (window < 0) {
                throw new IllegalArgumentException("a window must be 0 or more, not " + window);
            }
        }
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
