package dev.reft.checkpoint;

import dev.reft.checkpoint.AttentionConfig.QueryKeyNorm;
import dev.reft.checkpoint.NormConfig.Placement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The architectures of GGUF files that are known here, under their GGUF names, and what their files do not say. */
enum GgufKind {
    /** Queries and keys lie in interleaved order. */
    LLAMA("llama", QueryKeyNorm.NONE),
    QWEN2("qwen2", QueryKeyNorm.NONE),
    QWEN3("qwen3", QueryKeyNorm.HEAD),
    OLMO2("olmo2", QueryKeyNorm.WHOLE),
    /** The file's matrices lie output first, unlike Hugging Face's. */
    GPT2("gpt2", QueryKeyNorm.NONE);

    private final String label;
    private final QueryKeyNorm queryKeyNorm;

    GgufKind(String label, QueryKeyNorm queryKeyNorm) {
        this.label = label;
        this.queryKeyNorm = queryKeyNorm;
    }

    /** GGUF's name, which is Hugging Face's too. */
    String label() {
        return label;
    }

    static List<String> labels() {
        return Arrays.stream(values()).map(GgufKind::label).toList();
    }

    static Optional<GgufKind> named(String label) {
        return Arrays.stream(values()).filter(kind -> kind.label.equals(label)).findFirst();
    }

    /** The kind of file that a model of a Hugging Face type becomes. */
    static Optional<GgufKind> of(ModelConfig config) {
        return named(config.modelType().equals("mistral") ? "llama" : config.modelType());
    }

    boolean learned() {
        return this == GPT2;
    }

    /** Whether the rows of queries and keys are in another order than Hugging Face's. */
    boolean interleaved() {
        return this == LLAMA;
    }

    QueryKeyNorm queryKeyNorm() {
        return queryKeyNorm;
    }

    /** Whether llama.cpp opens no such file without a matrix of its own for the head. */
    boolean needsHead() {
        return this == OLMO2;
    }

    String epsilonKey() {
        return learned() ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon";
    }

    NormConfig norm(double epsilon) {
        return learned()
                ? new NormConfig(NormConfig.Kind.LAYER, Placement.BEFORE, epsilon, true)
                : new NormConfig(
                        NormConfig.Kind.RMS, this == OLMO2 ? Placement.AFTER_BRANCH : Placement.BEFORE, epsilon, true);
    }
}
