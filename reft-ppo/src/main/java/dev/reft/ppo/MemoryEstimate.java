package dev.reft.ppo;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a PPO run will need, before it is begun; a pure function of sizes.
 *
 * <pre>
 * weights      parameters * bytes, and 4 bytes of master copy for each trained weight below fp32
 * gradients    4 bytes for each trained weight
 * optimizer    8 bytes for each trained weight (AdamW's two moments)
 * reference    parameters * bytes if all weights train, else the adapter's: what no optimiser writes is shared
 * cache        samples * tokens * layers * 2 * heads * head width * bytes
 * activations  17 numbers a token, layer and unit of width (arXiv 2205.05198, equation 2, without the attention matrix);
 *              with gradient checkpointing 1 a layer, and 17 for the layer at work
 * logits       a chunk of tokens * vocabulary * 4 bytes, twice (log-softmax and its gradient)
 * </pre>
 *
 * <p>Sampling and updating take turns, so the peak has the larger of the cache and the pass. Engines add buffers of their own;
 * take a fifth more.
 *
 * @param parts name to bytes, in the order above
 */
public record MemoryEstimate(Map<String, Long> parts) {
    private static final long ACTIVATIONS_A_LAYER = 17;
    private static final int LOGIT_TOKENS = 1024;

    /** Copies the map, keeping its order. */
    public MemoryEstimate {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /**
     * An estimate for a policy with a shared value head, and a reference unless there is no KL penalty.
     *
     * @param sizes of the model
     * @param config of the run
     * @param promptTokens longest prompt
     * @param tokensPerPass most tokens of a pass; of use where {@link PpoConfig#microBatchTokens} is 0, which leaves it to the
     *     model ({@code ModelInfo.tokensPerPass})
     * @param gradientCheckpointing whether the engine runs layers again instead of keeping them
     * @return the estimate
     */
    public static MemoryEstimate of(
            ModelSizes sizes, PpoConfig config, int promptTokens, int tokensPerPass, boolean gradientCheckpointing) {
        long bytes = sizes.bytesPerWeight();
        boolean whole = sizes.trainable() == sizes.parameters();
        long row = (long) promptTokens + config.maxTokens();
        long pass = Math.max(row, config.microBatchTokens() == 0 ? tokensPerPass : config.microBatchTokens());
        long kept = gradientCheckpointing ? sizes.layers() + ACTIVATIONS_A_LAYER : ACTIVATIONS_A_LAYER * sizes.layers();
        Map<String, Long> parts = new LinkedHashMap<>();
        parts.put("weights", sizes.parameters() * bytes + (bytes < 4 ? 4 * sizes.trainable() : 0));
        parts.put("gradients", 4 * sizes.trainable());
        parts.put("optimizer", 8 * sizes.trainable());
        parts.put(
                "reference",
                config.kl() instanceof KlPenalty.None ? 0 : bytes * (whole ? sizes.parameters() : sizes.trainable()));
        parts.put(
                "cache",
                Math.max(config.concurrentSamples(), config.samplesPerPrompt())
                        * row
                        * sizes.layers()
                        * 2
                        * sizes.keyValueHeads()
                        * sizes.headWidth()
                        * bytes);
        parts.put("activations", pass * sizes.width() * kept * bytes);
        parts.put("logits", 2 * Math.min(pass, LOGIT_TOKENS) * sizes.vocabulary() * 4L);
        return new MemoryEstimate(parts);
    }

    /**
     * The most that is needed at a time.
     *
     * @return bytes: what is always there, and the larger of the cache and the pass
     */
    public long peak() {
        long always = part("weights") + part("gradients") + part("optimizer") + part("reference");
        return always + Math.max(part("cache"), part("activations") + part("logits"));
    }

    private long part(String name) {
        return parts.getOrDefault(name, 0L);
    }
}
