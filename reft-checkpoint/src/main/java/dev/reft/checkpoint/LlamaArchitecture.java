package dev.reft.checkpoint;

import dev.reft.checkpoint.AttentionConfig.QueryKeyNorm;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The Llama family. The defaults are those of transformers 5's configuration classes (the same as 4's for these types).
 * {@code attention_dropout} and {@code pretraining_tp} are read by nobody: dropout is off here, and slicing does not change
 * the mathematics.
 */
class LlamaArchitecture extends Architecture {
    /**
     * Where the types differ. A biased projection that is null follows the field {@code attention_bias}. {@code
     * keyValueHeads} 0: as many as query heads; {@code headDim} 0: the hidden size over the heads.
     */
    private record Family(
            int vocabulary,
            int feedForward,
            int keyValueHeads,
            int headDim,
            int context,
            OptionalInt begin,
            List<Integer> ends,
            OptionalInt pad,
            @Nullable Boolean inputBias,
            @Nullable Boolean outputBias) {}

    private static final Map<String, Family> FAMILIES = families();

    private final Family family;

    LlamaArchitecture(String type, String className) {
        this(type, className, DecoderNames.LLAMA);
    }

    LlamaArchitecture(String type, String className, DecoderNames names) {
        super(type, className, names);
        this.family = Objects.requireNonNull(FAMILIES.get(type));
    }

    private static Map<String, Family> families() {
        OptionalInt one = OptionalInt.of(1);
        OptionalInt none = OptionalInt.empty();
        List<Integer> two = List.of(2);
        return Map.of(
                "llama", new Family(32000, 11008, 0, 0, 2048, one, two, none, null, null),
                "mistral", new Family(32000, 14336, 8, 0, 131072, one, two, none, false, false),
                "qwen2", new Family(151936, 22016, 32, 0, 32768, none, List.of(), none, true, false),
                "qwen3", new Family(151936, 22016, 32, 128, 32768, none, List.of(), none, null, null),
                "olmo2", new Family(50304, 11008, 0, 0, 2048, none, List.of(50279), one, null, null));
    }

    /** The norms of the type. */
    NormConfig norm(double epsilon) {
        return NormConfig.rms(epsilon);
    }

    /** How the type normalises queries and keys. */
    QueryKeyNorm queryKeyNorm() {
        return type().equals("qwen3") ? QueryKeyNorm.HEAD : QueryKeyNorm.NONE;
    }

    @Override
    ModelConfig describe(JsonFields json) {
        if (json.number("partial_rotary_factor", 1) != 1) {
            throw json.wrong(
                    "partial_rotary_factor", json.number("partial_rotary_factor", 1) + " is not supported, only 1");
        }
        int hidden = json.positive("hidden_size", 4096);
        int layers = json.positive("num_hidden_layers", 32);
        int context = json.positive("max_position_embeddings", family.context);
        return new ModelConfig(
                type(),
                json.positive("vocab_size", family.vocabulary),
                hidden,
                hidden,
                layers,
                context,
                norm(epsilon(json, "rms_norm_eps", type().equals("olmo2") ? 1e-5 : 1e-6)),
                attention(json, hidden, layers),
                new FeedForwardConfig(
                        json.positive("intermediate_size", family.feedForward),
                        activation(json, "hidden_act", "silu", EnumSet.of(Activation.SILU)),
                        type().equals("llama") && json.bool("mlp_bias", false)),
                RopeReader.read(json, context),
                json.bool("tie_word_embeddings", false),
                tokens(json, family.begin, family.ends, family.pad),
                dtype(json),
                json.asMap());
    }

    private AttentionConfig attention(JsonFields json, int hidden, int layers) {
        int heads = json.positive("num_attention_heads", 32);
        // absent: the type's default; null: as many as query heads
        int keyValueHeads = json.isNull("num_key_value_heads") || family.keyValueHeads == 0
                ? json.positive("num_key_value_heads", heads)
                : json.positive("num_key_value_heads", family.keyValueHeads);
        if (heads % keyValueHeads != 0) {
            throw json.wrong("num_key_value_heads", keyValueHeads + " does not divide num_attention_heads " + heads);
        }
        boolean bias = json.bool("attention_bias", false);
        return new AttentionConfig(
                heads,
                keyValueHeads,
                headDim(json, hidden, heads),
                family.inputBias == null ? bias : family.inputBias,
                family.outputBias == null ? bias : family.outputBias,
                queryKeyNorm(),
                new WindowReader(json, type(), layers).windows());
    }

    private int headDim(JsonFields json, int hidden, int heads) {
        int headDim;
        if (json.has("head_dim")) {
            headDim = json.positive("head_dim", 0);
        } else if (family.headDim > 0) {
            headDim = family.headDim;
        } else {
            headDim = headDim(json, "hidden_size", hidden, "num_attention_heads", heads);
        }
        if (headDim % 2 != 0) {
            throw json.wrong("head_dim", headDim + " is odd, so it cannot be rotated");
        }
        if ((long) headDim * heads > Integer.MAX_VALUE) {
            throw json.wrong("head_dim", headDim + " is too large for " + heads + " heads");
        }
        return headDim;
    }

    @Override
    Map<String, @Nullable Object> write(ModelConfig config) {
        AttentionConfig attention = config.attention();
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("hidden_size", config.hiddenSize());
        fields.put("num_hidden_layers", config.layers());
        fields.put("max_position_embeddings", config.contextLength());
        fields.put("rms_norm_eps", config.normEpsilon());
        fields.put("num_attention_heads", attention.heads());
        fields.put("num_key_value_heads", attention.keyValueHeads());
        fields.put("head_dim", attention.headDim());
        fields.put("intermediate_size", config.feedForward().size());
        fields.put("hidden_act", config.feedForward().activation().configName());
        fields.put("rope_parameters", rope(config.rope()));
        if (family.inputBias == null) {
            fields.put("attention_bias", attention.inputBias());
        }
        if (type().equals("llama")) {
            fields.put("mlp_bias", config.feedForward().bias());
        }
        windows(attention, fields);
        return fields;
    }

    private void windows(AttentionConfig attention, Map<String, @Nullable Object> fields) {
        int window =
                attention.windows().stream().mapToInt(Integer::intValue).max().orElse(0);
        if (type().equals("mistral")) {
            fields.put("sliding_window", window == 0 ? null : window);
        } else if (type().startsWith("qwen")) {
            fields.put("use_sliding_window", window > 0);
            fields.put("sliding_window", window == 0 ? null : window);
            List<String> types = new ArrayList<>();
            attention.windows().forEach(w -> types.add(w > 0 ? "sliding_attention" : "full_attention"));
            fields.put("layer_types", types);
        }
    }

    private static Map<String, Object> rope(Rope rope) {
        Map<String, Object> fields = new TreeMap<>();
        fields.put("rope_theta", rope.theta());
        fields.put("rope_type", "default");
        if (rope.scaling() instanceof RopeScaling.Linear linear) {
            fields.put("rope_type", "linear");
            fields.put("factor", linear.factor());
        } else if (rope.scaling() instanceof RopeScaling.Llama3 llama) {
            fields.put("rope_type", "llama3");
            fields.put("factor", llama.factor());
            fields.put("low_freq_factor", llama.low());
            fields.put("high_freq_factor", llama.high());
            fields.put("original_max_position_embeddings", llama.original());
        }
        return fields;
    }
}
