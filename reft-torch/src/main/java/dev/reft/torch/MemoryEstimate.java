package dev.reft.torch;

import dev.reft.checkpoint.AttentionConfig;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.model.Adapter;
import dev.reft.model.Optimizer;
import dev.reft.model.Precision;
import dev.reft.model.Training;

/**
 * The native memory that a policy takes, in bytes, before anything is opened.
 *
 * <p>With P numbers in the model, T of them trained (all, or the adapters'), b = 4 bytes in fp32 and 2 in bf16, N packed
 * tokens of a pass in rows of length L, H the hidden size, Q and K the widths of queries and keys, I the feed-forward's, A
 * the number of query heads:
 *
 * <ul>
 *   <li>weights: b P, and 4 T of masters in bf16
 *   <li>gradients: 4 T, and 2 T of one pass in bf16
 *   <li>moments: 8 T with AdamW
 *   <li>activations of one open pass: b N (4 H + 2 Q + 2 K + 4 I + A L) a layer, without the last term where attention is
 *       fused; with gradient checkpointing b N H a layer and the full amount for one
 *   <li>temporaries: three chunks of logits in fp32 (32 MB each at most, unless one row is larger), and the gradient of the
 *       hidden states
 * </ul>
 *
 * <p>It does not count the caches of a generation, the runtime itself (about 300 MB), nor what the allocator does not give
 * back. A separate critic is a second estimate.
 *
 * @param weights bytes of weights and masters
 * @param gradients bytes of gradients
 * @param moments bytes of the optimiser's moments
 * @param activations bytes that an open pass holds
 * @param temporaries bytes of the largest temporaries
 */
public record MemoryEstimate(long weights, long gradients, long moments, long activations, long temporaries) {
    /** Tensors as large as a chunk of logits that live at once. */
    private static final int HEAD_TENSORS = 3;

    /**
     * The memory of a policy.
     *
     * @param config what the model computes
     * @param precision of weights and arithmetic
     * @param training which parameters train, and by which optimiser
     * @param checkpointing whether blocks are computed again in the backward
     * @param tokens of one pass, &gt;= 1
     * @param rowLength tokens of its longest row, &gt;= 1
     * @return the estimate
     * @throws IllegalArgumentException if tokens or rowLength is not positive
     */
    public static MemoryEstimate of(
            ModelConfig config,
            Precision precision,
            Training training,
            boolean checkpointing,
            int tokens,
            int rowLength) {
        if (tokens < 1 || rowLength < 1) {
            throw new IllegalArgumentException(
                    "tokens " + tokens + " and rowLength " + rowLength + " must be positive");
        }
        boolean half = precision == Precision.BF16;
        int bytes = half ? 2 : 4;
        long all = Sizes.parameters(config);
        long low = training.adapter() instanceof Adapter.Lora lora ? Sizes.adapters(config, lora) : 0;
        long trained = training.adapter() instanceof Adapter.Lora ? low : all;
        long weights = bytes * (all + low) + (half ? 4 * trained : 0);
        long gradients = (half ? 6 : 4) * trained;
        long moments = training.optimizer() instanceof Optimizer.AdamW ? 8 * trained : 0;
        long layer = bytes * (long) tokens * layerNumbers(config, half, rowLength);
        long kept = bytes * (long) tokens * config.hiddenSize() * config.layers();
        long activations = checkpointing ? kept + layer : layer * config.layers();
        long chunk = 4L * config.vocabularySize() * Sizes.headChunk(config);
        long temporaries = HEAD_TENSORS * chunk + 2L * bytes * tokens * config.hiddenSize();
        return new MemoryEstimate(weights, gradients, moments, activations, temporaries);
    }

    private static long layerNumbers(ModelConfig config, boolean half, int rowLength) {
        AttentionConfig attention = config.attention();
        boolean fused = rowLength >= (half ? PackedAttention.HALF_FUSED_FROM : PackedAttention.FUSED_FROM);
        return 4L * config.hiddenSize()
                + 2L * attention.queryWidth()
                + 2L * attention.keyValueWidth()
                + 4L * config.feedForward().size()
                + (fused ? 0 : (long) attention.heads() * rowLength);
    }

    /**
     * All of it together.
     *
     * @return bytes
     */
    public long total() {
        return weights + gradients + moments + activations + temporaries;
    }
}
