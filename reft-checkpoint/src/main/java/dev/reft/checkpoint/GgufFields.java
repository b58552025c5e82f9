package dev.reft.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;

/** The metadata of a GGUF file that say what its model computes. */
final class GgufFields {
    private GgufFields() {}

    /** The kind of file that a model becomes. */
    static GgufKind kind(ModelConfig config) {
        GgufKind kind = GgufKind.of(config)
                .orElseThrow(() -> new IllegalArgumentException(
                        "a " + config.modelType() + " cannot be written as GGUF, only " + GgufKind.labels()));
        if (config.attention().windows().stream().anyMatch(window -> window > 0)) {
            throw new IllegalArgumentException("a " + config.modelType()
                    + " with sliding windows cannot be written as GGUF: llama.cpp's " + kind.label() + " has none");
        }
        boolean gelu = config.feedForward().activation() == (kind.learned() ? Activation.GELU_TANH : Activation.SILU);
        if (!gelu) {
            throw new IllegalArgumentException("a " + config.modelType() + " with "
                    + config.feedForward().activation() + " cannot be written as GGUF");
        }
        return kind;
    }

    static Map<String, Object> of(ModelConfig config, String name, GgufWriter.Format format) {
        GgufKind kind = kind(config);
        String at = kind.label() + ".";
        AttentionConfig attention = config.attention();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("general.architecture", kind.label());
        fields.put("general.type", "model");
        fields.put("general.name", name);
        fields.put("general.file_type", format.fileType());
        fields.put("general.quantization_version", 2);
        fields.put(at + "vocab_size", config.vocabularySize());
        fields.put(at + "context_length", config.contextLength());
        fields.put(at + "embedding_length", config.hiddenSize());
        fields.put(at + "block_count", config.layers());
        fields.put(at + "feed_forward_length", config.feedForward().size());
        fields.put(at + "attention.head_count", attention.heads());
        fields.put(at + kind.epsilonKey(), config.normEpsilon());
        if (config.positions() instanceof Rope rope) {
            fields.put(at + "attention.head_count_kv", attention.keyValueHeads());
            fields.put(at + "attention.key_length", attention.headDim());
            fields.put(at + "attention.value_length", attention.headDim());
            fields.put(at + "rope.dimension_count", attention.headDim());
            fields.put(at + "rope.freq_base", rope.theta());
            if (rope.scaling() instanceof RopeScaling.Linear linear) {
                fields.put(at + "rope.scaling.type", "linear");
                fields.put(at + "rope.scaling.factor", linear.factor());
            } else if (rope.scaling() instanceof RopeScaling.Llama3 llama) {
                fields.put(at + "rope.scaling.original_context_length", llama.original());
            }
        }
        return fields;
    }

    /** What Llama 3's scaling divides each frequency by, as a tensor of the file; empty for other scalings. */
    static float[] ropeFactors(ModelConfig config) {
        if (!(config.positions() instanceof Rope rope && rope.scaling() instanceof RopeScaling.Llama3)) {
            return new float[0];
        }
        int width = config.attention().headDim();
        double[] plain = new Rope(rope.theta(), new RopeScaling.None()).inverseFrequencies(width);
        double[] stretched = rope.inverseFrequencies(width);
        float[] factors = new float[plain.length];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = (float) (plain[i] / stretched[i]);
        }
        return factors;
    }
}
