package dev.reft.torch;

import org.bytedeco.pytorch.Tensor;

/** Which earlier tokens each token attends to, and how that is computed: packed rows, or a cache. */
@FunctionalInterface
interface Attention {
    /**
     * Attends.
     *
     * @param layer the block's index
     * @param heads queries, keys and values of the tokens, positions applied
     * @return [N, queryWidth]
     */
    Tensor attend(int layer, Heads heads);

    /**
     * Queries, keys and values.
     *
     * @param queries [N, heads, headWidth]
     * @param keys [N, keyHeads, headWidth]
     * @param values [N, keyHeads, headWidth]
     */
    record Heads(Tensor queries, Tensor keys, Tensor values) {}
}
