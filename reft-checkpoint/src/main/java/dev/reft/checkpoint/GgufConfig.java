package dev.reft.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Reads the configuration of a GGUF file. */
final class GgufConfig {
    /** Keys that are read, or that change nothing. What else the architecture's keys say is refused. */
    private static final Set<String> KNOWN = Set.of(
            "block_count",
            "context_length",
            "embedding_length",
            "feed_forward_length",
            "vocab_size",
            "attention.head_count",
            "attention.head_count_kv",
            "attention.key_length",
            "attention.value_length",
            "attention.layer_norm_rms_epsilon",
            "attention.layer_norm_epsilon",
            "rope.freq_base",
            "rope.dimension_count",
            "rope.scaling.type",
            "rope.scaling.factor",
            "rope.scaling.original_context_length",
            "rope.scaling.finetuned",
            "rope.scale_linear",
            "expert_count",
            "expert_used_count",
            "tensor_data_layout");

    private final GgufMetadata metadata;
    private final Map<String, StoredTensor> tensors;
    private final GgufKind kind;

    private GgufConfig(GgufMetadata metadata, Map<String, StoredTensor> tensors) {
        this.metadata = metadata;
        this.tensors = tensors;
        this.kind = kind(metadata);
    }

    static ModelConfig read(GgufFile file) {
        return new GgufConfig(file.metadata(), file.tensors()).read();
    }

    /** The architecture that a file says it has. */
    static GgufKind kind(GgufMetadata metadata) {
        String architecture = metadata.string("general.architecture")
                .orElseThrow(() -> metadata.wrong("general.architecture", "is missing"));
        return GgufKind.named(architecture)
                .orElseThrow(() -> metadata.wrong(
                        "general.architecture",
                        "'" + Strings.clip(architecture) + "' is not supported; known are " + GgufKind.labels()));
    }

    private ModelConfig read() {
        refuseUnsupported();
        try {
            return described();
        } catch (IllegalArgumentException e) {
            throw metadata.wrong(kind.label(), e.getMessage() + "");
        }
    }

    private ModelConfig described() {
        int hidden = size("embedding_length");
        int layers = size("block_count");
        if (layers > 1 << 16) {
            throw wrong("block_count", layers + " is more than the 65536 that are supported");
        }
        int context = size("context_length");
        int heads = size("attention.head_count");
        int headDim = headDim(hidden, heads);
        if (!has(kind.epsilonKey())) {
            throw wrong(kind.epsilonKey(), "is missing");
        }
        return new ModelConfig(
                kind.label(),
                vocabulary(hidden),
                hidden,
                hidden,
                layers,
                context,
                kind.norm(number(kind.epsilonKey(), 0, 0)),
                attention(heads, headDim, layers),
                feedForward(),
                kind.learned() ? learned(hidden, context) : rope(headDim),
                !hasTensor("output.weight"),
                tokens(),
                "",
                Map.of());
    }

    private FeedForwardConfig feedForward() {
        return new FeedForwardConfig(
                size("feed_forward_length"),
                kind.learned() ? Activation.GELU_TANH : Activation.SILU,
                !kind.learned(),
                hasTensor("blk.0.ffn_up.bias"));
    }

    private LearnedPositions learned(int hidden, int context) {
        StoredTensor table = tensors.get("position_embd.weight");
        if (table == null || !table.info().shape().equals(List.of((long) context, (long) hidden))) {
            throw metadata.wrong(
                    "tensor 'position_embd.weight'",
                    table == null
                            ? "is missing"
                            : "has shape " + table.info().shape() + ", not " + context + " rows of " + hidden);
        }
        return new LearnedPositions(0);
    }

    private void refuseUnsupported() {
        String type = metadata.string("general.type").orElse("model");
        if (!type.equals("model")) {
            throw metadata.wrong("general.type", "'" + Strings.clip(type) + "' is not supported, only a model is");
        }
        if (metadata.integer("split.count").orElse(1) > 1) {
            throw metadata.wrong("split.count", "a model in several files is not supported");
        }
        for (String key : metadata.keys()) {
            if (key.startsWith(key("")) && !KNOWN.contains(key.substring(key("").length()))) {
                throw metadata.wrong(key, "is not supported");
            }
        }
        for (String name : List.of("expert_count", "expert_used_count")) {
            if (metadata.integer(key(name)).orElse(0) != 0) {
                throw wrong(name, "a mixture of experts is not supported");
            }
        }
        String layout = metadata.string(key("tensor_data_layout")).orElse("");
        if (!layout.isEmpty() && !layout.equals("Meta AI original pth")) {
            throw wrong("tensor_data_layout", "'" + Strings.clip(layout) + "' is not supported");
        }
    }

    private int vocabulary(int hidden) {
        StoredTensor embedding = tensors.get("token_embd.weight");
        if (embedding == null) {
            throw metadata.wrong("tensor 'token_embd.weight'", "is missing");
        }
        List<Long> shape = embedding.info().shape();
        if (shape.size() != 2 || shape.get(1) != hidden || shape.get(0) > Integer.MAX_VALUE) {
            throw metadata.wrong("tensor 'token_embd.weight'", "has shape " + shape + " where the width is " + hidden);
        }
        int rows = shape.get(0).intValue();
        if (metadata.integer(key("vocab_size")).orElse(rows) != rows) {
            throw wrong("vocab_size", "is not the " + rows + " rows of token_embd.weight");
        }
        return rows;
    }

    private AttentionConfig attention(int heads, int headDim, int layers) {
        int keyValueHeads = has("attention.head_count_kv") ? size("attention.head_count_kv") : heads;
        if (heads % keyValueHeads != 0) {
            throw wrong("attention.head_count_kv", keyValueHeads + " does not divide the " + heads + " heads");
        }
        return new AttentionConfig(
                heads,
                keyValueHeads,
                headDim,
                hasTensor("blk.0.attn_q.bias") || hasTensor("blk.0.attn_qkv.bias"),
                hasTensor("blk.0.attn_output.bias"),
                kind.queryKeyNorm(),
                Collections.nCopies(layers, 0));
    }

    private int headDim(int hidden, int heads) {
        int headDim = has("attention.key_length") ? size("attention.key_length") : hidden / heads;
        if (!has("attention.key_length") && hidden % heads != 0) {
            throw wrong("embedding_length", hidden + " is not a multiple of the " + heads + " heads");
        }
        for (String name : List.of("attention.value_length", "rope.dimension_count")) {
            if (metadata.integer(key(name)).orElse(headDim) != headDim) {
                throw wrong(name, "only the width of a head, " + headDim + ", is supported");
            }
        }
        if (!kind.learned() && headDim % 2 != 0 || (long) headDim * heads > Integer.MAX_VALUE) {
            throw wrong("attention.key_length", headDim + " is odd, or too large for " + heads + " heads");
        }
        return headDim;
    }

    private Rope rope(int headDim) {
        double theta = number("rope.freq_base", 10000, Float.MIN_VALUE);
        return new Rope(theta, scaling(theta, headDim));
    }

    private RopeScaling scaling(double theta, int headDim) {
        String type = metadata.string(key("rope.scaling.type")).orElse("");
        double factor = number("rope.scaling.factor", number("rope.scale_linear", 1, 1), 1);
        boolean linear = type.equals("linear") || type.isEmpty() && factor != 1;
        if (!linear && !type.isEmpty() && !type.equals("none")) {
            throw wrong("rope.scaling.type", "'" + Strings.clip(type) + "' is not supported; known are [none, linear]");
        }
        if (!hasTensor("rope_freqs.weight")) {
            return linear ? new RopeScaling.Linear(factor) : new RopeScaling.None();
        }
        if (linear) {
            throw metadata.wrong("tensor 'rope_freqs.weight'", "together with linear scaling is not supported");
        }
        int original =
                has("rope.scaling.original_context_length") ? size("rope.scaling.original_context_length") : 8192;
        return GgufRopeFactors.scaling(metadata, tensors, theta, headDim, original);
    }

    private SpecialTokens tokens() {
        List<Integer> ends = new ArrayList<>();
        // a chat model's end of turn is a key of its own in some files
        for (String name : List.of("eos_token_id", "eot_token_id", "eom_token_id")) {
            token(name).stream().filter(id -> !ends.contains(id)).forEach(ends::add);
        }
        return new SpecialTokens(token("bos_token_id"), ends, token("padding_token_id"));
    }

    private OptionalInt token(String name) {
        String key = "tokenizer.ggml." + name;
        OptionalLong id = metadata.integer(key);
        if (id.isEmpty() || id.getAsLong() == 0xffffffffL) {
            return OptionalInt.empty();
        }
        if (id.getAsLong() < 0 || id.getAsLong() > Integer.MAX_VALUE) {
            throw metadata.wrong(key, id.getAsLong() + " is no token");
        }
        return OptionalInt.of((int) id.getAsLong());
    }

    private int size(String name) {
        long value = metadata.integer(key(name)).orElseThrow(() -> wrong(name, "is missing"));
        if (value < 1 || value > Integer.MAX_VALUE) {
            throw wrong(name, value + " is out of range");
        }
        return (int) value;
    }

    private boolean hasTensor(String tensor) {
        return tensors.containsKey(tensor);
    }

    private boolean has(String name) {
        return metadata.keys().contains(key(name));
    }

    private String key(String name) {
        return kind.label() + "." + name;
    }

    private CheckpointException wrong(String name, String problem) {
        return metadata.wrong(key(name), problem);
    }

    /** 1e-5 that was stored in 32 bits is 1e-5 again, as it is in the config.json that it came from. */
    private double number(String name, double absent, double least) {
        double stored = metadata.number(key(name)).orElse(absent);
        double value = Double.parseDouble(Float.toString((float) stored));
        if (!(value >= least) || Double.isInfinite(value)) {
            throw wrong(name, "must be a finite number of at least " + least + ", not " + stored);
        }
        return value;
    }
}
