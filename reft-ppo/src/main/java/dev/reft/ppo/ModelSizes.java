package dev.reft.ppo;

/**
 * The sizes of a decoder that its memory follows from; read them from its {@code config.json}.
 *
 * @param parameters number of weights, &gt;= 1
 * @param trainable how many of them train (those of the adapter under LoRA, which then count in {@code parameters} too)
 * @param layers number of blocks, &gt;= 1
 * @param width of the hidden states, &gt;= 1
 * @param keyValueHeads heads of keys and values of a block, &gt;= 1
 * @param headWidth of one head, &gt;= 1
 * @param vocabulary number of token ids, &gt;= 1
 * @param bytesPerWeight 4 for fp32, 2 for bf16
 */
public record ModelSizes(
        long parameters,
        long trainable,
        int layers,
        int width,
        int keyValueHeads,
        int headWidth,
        int vocabulary,
        int bytesPerWeight) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if one is not positive, or more weights train than there are
     */
    public ModelSizes {
        if (parameters < 1
                || layers < 1
                || width < 1
                || keyValueHeads < 1
                || headWidth < 1
                || vocabulary < 1
                || bytesPerWeight < 1) {
            throw new IllegalArgumentException("sizes must be positive: parameters " + parameters + ", layers " + layers
                    + ", width " + width + ", keyValueHeads " + keyValueHeads + ", headWidth " + headWidth
                    + ", vocabulary "
                    + vocabulary + ", bytesPerWeight " + bytesPerWeight);
        }
        if (trainable < 0 || trainable > parameters) {
            throw new IllegalArgumentException(
                    "trainable " + trainable + " must be in 0.." + parameters + ", the number of parameters");
        }
    }
}
