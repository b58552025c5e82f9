package dev.reft.torch;

import dev.reft.checkpoint.Architecture;
import dev.reft.checkpoint.AttentionConfig;
import dev.reft.checkpoint.DecoderNames;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.model.Adapter;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Counts that follow from a configuration. */
final class Sizes {
    /** Above this glibc hands freed memory back to the system, and taking it again costs page faults. */
    static final long SMALL_BYTES = 32L << 20;

    /** Time that a bucket's operations take besides their arithmetic, forward and backward of one layer. */
    private static final double BUCKET_SECONDS = 100e-6;

    /** Arithmetic that a core complex of the kind measured does in a second. */
    private static final double FLOPS = 300e9;

    private Sizes() {}

    /** Numbers in the matrices of one block. */
    static long blockMatrices(ModelConfig config) {
        AttentionConfig attention = config.attention();
        return (long) config.hiddenSize()
                * (2L * attention.queryWidth()
                        + 2L * attention.keyValueWidth()
                        + (config.feedForward().gated() ? 3L : 2L)
                                * config.feedForward().size());
    }

    /** Numbers in all parameters of the checkpoint; a tied head counts once. */
    static long parameters(ModelConfig config) {
        return names(config).tensors(config).values().stream()
                .mapToLong(Sizes::product)
                .sum();
    }

    private static DecoderNames names(ModelConfig config) {
        return Architecture.of(config.modelType()).names();
    }

    private static long product(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** Numbers in the adapters. */
    static long adapters(ModelConfig config, Adapter.Lora lora) {
        Map<String, List<Long>> shapes = names(config).tensors(config);
        return Adapters.layers(config)
                .filter(lora::adapts)
                .mapToLong(layer -> {
                    List<Long> shape = Objects.requireNonNull(shapes.get(layer + ".weight"));
                    return (shape.get(0) + shape.get(1)) * lora.rankOf(layer);
                })
                .sum();
    }

    /** Numbers in the modules of the base that train beside the adapters. */
    static long saved(ModelConfig config, Adapter.Lora lora) {
        return names(config).tensors(config).entrySet().stream()
                .filter(tensor ->
                        lora.saves(tensor.getKey().substring(0, tensor.getKey().lastIndexOf('.'))))
                .mapToLong(tensor -> product(tensor.getValue()))
                .sum();
    }

    /** Numbers in matrices, which {@link BaseStorage} is for; what trains is not held so. */
    static long matrices(ModelConfig config) {
        return names(config).tensors(config).values().stream()
                .filter(shape -> shape.size() > 1)
                .mapToLong(Sizes::product)
                .sum();
    }

    /** What a bucket of attention costs, in tokens: see {@link Layout}. */
    static double bucketPrice(ModelConfig config) {
        return BUCKET_SECONDS * FLOPS / (6.0 * blockMatrices(config));
    }

    /** Tokens whose scores over the vocabulary stay small: the head's chunk. */
    static int headChunk(ModelConfig config) {
        long most = SMALL_BYTES / (4L * config.vocabularySize());
        return most >= 64 ? (int) Math.min(4096, most / 32 * 32) : (int) Math.max(1, most);
    }

    /** Tokens of a pass whose widest temporary stays small. */
    static int tokensPerPass(ModelConfig config) {
        long up =
                (config.feedForward().gated() ? 2L : 1L) * config.feedForward().size();
        long widest = Math.max(up, config.attention().queryWidth());
        return (int) Math.max(256, Math.min(16384, SMALL_BYTES / (4 * widest)));
    }
}
