package dev.reft.torch;

import dev.reft.checkpoint.AttentionConfig;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.model.Adapter;
import dev.reft.model.MemoryEstimate;
import dev.reft.model.MemoryLoad;
import dev.reft.model.Optimizer;
import dev.reft.model.Precision;
import dev.reft.model.Training;

/**
 * The native memory that a policy takes, from its configuration alone.
 *
 * <p>With P numbers in the model, T of them trained (all, or what trains beside adapters), R in adapters, b = 4 bytes in
 * fp32 and 2 in bf16, N packed tokens of a pass in rows of length L, H the hidden size, Q and K the widths of queries and
 * keys, I the feed-forward's, A the number of query heads:
 *
 * <ul>
 *   <li>weights: b P, 4 R, and 4 T of masters in bf16; with {@link BaseStorage} the frozen matrices at their own size
 *   <li>gradients: 4 T + 4 R, and 2 T of one pass in bf16
 *   <li>moments: 8 T + 8 R with AdamW
 *   <li>activations of one open pass: b N (4 H + 2 Q + 2 K + 4 I + A L) a layer, 3 I where there is no gate, without the last
 *       term where attention is fused; with gradient checkpointing b N H a layer and the full amount for one
 *   <li>temporaries: three chunks of logits in fp32 (32 MB each at most, unless one row is larger), and the gradient of the
 *       hidden states
 *   <li>reference: b T + 4 R, since what does not train is shared
 *   <li>cache of S completions of L tokens: 2 b S L K a layer
 * </ul>
 *
 * <p>A separate critic takes weights, gradients, moments and activations once more, by its own configuration.
 */
final class Memory {
    /** Tensors as large as a chunk of logits that live at once. */
    private static final int HEAD_TENSORS = 3;

    private Memory() {}

    /** The memory of a policy whose values, if any, come from its own trunk. */
    static MemoryEstimate of(
            ModelConfig config, Precision precision, Training training, Options options, MemoryLoad load) {
        boolean half = precision == Precision.BF16;
        long bytes = half ? 2 : 4;
        int advice = options.tokensPerPass().map(TokensPerPass::tokens).orElse(Sizes.tokensPerPass(config));
        long tokens = Math.max(load.rowTokens(), load.tokensPerPass() == 0 ? advice : load.tokensPerPass());
        long all = Sizes.parameters(config);
        long low = 0;
        long trained = all;
        if (training.adapter() instanceof Adapter.Lora lora) {
            low = Sizes.adapters(config, lora);
            trained = Sizes.saved(config, lora);
        }
        long spared = options.storage()
                .map(storage -> Math.max(0, bytes - (storage == BaseStorage.INT8 ? 1 : 2)) * Sizes.matrices(config))
                .orElse(0L);
        long layer = bytes * tokens * layerNumbers(config, half, load.rowTokens());
        long kept = bytes * tokens * config.hiddenSize() * config.layers();
        long chunk = 4L * config.vocabularySize() * Sizes.headChunk(config);
        return new MemoryEstimate(
                bytes * all + 4 * low - spared + (half ? 4 * trained : 0),
                (half ? 6 : 4) * trained + 4 * low,
                training.optimizer() instanceof Optimizer.AdamW ? 8 * (trained + low) : 0,
                load.reference() ? bytes * trained + 4 * low : 0,
                2
                        * bytes
                        * load.concurrentSamples()
                        * load.rowTokens()
                        * config.layers()
                        * config.attention().keyValueWidth(),
                options.checkpointing() ? kept + layer : layer * config.layers(),
                HEAD_TENSORS * chunk + 2 * bytes * tokens * config.hiddenSize());
    }

    /** Two policies side by side, as a policy and its separate critic are. */
    static MemoryEstimate sum(MemoryEstimate a, MemoryEstimate b) {
        return new MemoryEstimate(
                a.weights() + b.weights(),
                a.gradients() + b.gradients(),
                a.moments() + b.moments(),
                a.reference() + b.reference(),
                a.cache() + b.cache(),
                a.activations() + b.activations(),
                Math.max(a.temporaries(), b.temporaries()));
    }

    private static long layerNumbers(ModelConfig config, boolean half, int rowLength) {
        AttentionConfig attention = config.attention();
        boolean fused = rowLength >= (half ? PackedAttention.HALF_FUSED_FROM : PackedAttention.FUSED_FROM);
        return 4L * config.hiddenSize()
                + 2L * attention.queryWidth()
                + 2L * attention.keyValueWidth()
                + (config.feedForward().gated() ? 4L : 3L)
                        * config.feedForward().size()
                + (fused ? 0 : (long) attention.heads() * rowLength);
    }
}
