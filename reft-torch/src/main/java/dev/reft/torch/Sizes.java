package dev.reft.torch;

import dev.reft.checkpoint.AttentionConfig;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.model.Adapter;

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
                        + 3L * config.feedForward().size());
    }

    /** Numbers in all parameters of the checkpoint; a tied head counts once. */
    static long parameters(ModelConfig config) {
        AttentionConfig attention = config.attention();
        long hidden = config.hiddenSize();
        long block = blockMatrices(config) + 2 * hidden;
        if (attention.inputBias()) {
            block += attention.queryWidth() + 2L * attention.keyValueWidth();
        }
        if (attention.outputBias()) {
            block += hidden;
        }
        if (config.feedForward().bias()) {
            block += 2L * config.feedForward().size() + hidden;
        }
        if (attention.headNorms()) {
            block += 2L * attention.headDim();
        }
        long embeddings = (config.tiedEmbeddings() ? 1 : 2) * config.vocabularySize() * hidden;
        return config.layers() * block + hidden + embeddings;
    }

    /** Numbers in the adapters. */
    static long adapters(ModelConfig config, Adapter.Lora lora) {
        AttentionConfig attention = config.attention();
        long hidden = config.hiddenSize();
        long q = attention.queryWidth();
        long k = attention.keyValueWidth();
        long m = config.feedForward().size();
        long[] ends = {hidden + q, hidden + k, hidden + k, q + hidden, hidden + m, hidden + m, m + hidden};
        long numbers = Adapters.layers(config)
                .filter(layer -> Adapters.targets(lora, layer))
                .mapToLong(layer -> ends[Adapters.LAYERS.indexOf(layer.substring(layer.lastIndexOf('.') + 1))])
                .sum();
        return numbers * lora.rank();
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
        long widest =
                Math.max(2L * config.feedForward().size(), config.attention().queryWidth());
        return (int) Math.max(256, Math.min(16384, SMALL_BYTES / (4 * widest)));
    }
}
