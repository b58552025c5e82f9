package dev.reft.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code config.json} of the Llama family. The defaults are those of transformers 5's configuration classes (the
 * same as 4's for these types). {@code attention_dropout} and {@code pretraining_tp} are read by nobody: dropout is off
 * here, and slicing does not change the mathematics.
 */
final class HfConfigReader {
    /** Where the types differ. A biased projection that is null follows the field {@code attention_bias}. */
    private record Family(
            int vocabulary,
            int feedForward,
            int keyValueHeads,
            int headDim,
            int context,
            OptionalInt begin,
            List<Integer> ends,
            @Nullable Boolean inputBias,
            @Nullable Boolean outputBias,
            boolean mlpBiasField,
            boolean headNorms) {}

    /** {@code keyValueHeads} 0: as many as query heads; {@code headDim} 0: the hidden size over the heads. */
    private static final TreeMap<String, Family> FAMILIES = new TreeMap<>();

    static {
        OptionalInt one = OptionalInt.of(1);
        OptionalInt none = OptionalInt.empty();
        List<Integer> two = List.of(2);
        FAMILIES.put("llama", new Family(32000, 11008, 0, 0, 2048, one, two, null, null, true, false));
        FAMILIES.put("mistral", new Family(32000, 14336, 8, 0, 131072, one, two, false, false, false, false));
        FAMILIES.put("qwen2", new Family(151936, 22016, 32, 0, 32768, none, List.of(), true, false, false, false));
        FAMILIES.put("qwen3", new Family(151936, 22016, 32, 128, 32768, none, List.of(), null, null, false, true));
    }

    private final JsonFields json;
    private final String type;
    private final Family family;

    private HfConfigReader(JsonFields json, String type, Family family) {
        this.json = json;
        this.type = type;
        this.family = family;
    }

    static ModelConfig read(Path file) {
        return parse(JsonFields.read(file));
    }

    static ModelConfig parse(JsonFields json) {
        String type = json.text("model_type").orElseThrow(() -> json.wrong("model_type", "is missing"));
        @Nullable Family family = FAMILIES.get(type);
        if (family == null) {
            throw json.wrong(
                    "model_type", "'" + Strings.clip(type) + "' is not supported; known are " + FAMILIES.keySet());
        }
        return new HfConfigReader(json, type, family).read();
    }

    private ModelConfig read() {
        refuseUnsupported();
        try {
            return described();
        } catch (IllegalArgumentException e) {
            throw json.wrong("configuration", e.getMessage() + "");
        }
    }

    private ModelConfig described() {
        int hidden = json.positive("hidden_size", 4096);
        int layers = json.positive("num_hidden_layers", 32);
        int context = json.positive("max_position_embeddings", family.context);
        return new ModelConfig(
                type,
                json.positive("vocab_size", family.vocabulary),
                hidden,
                layers,
                context,
                epsilon(),
                attention(hidden, layers),
                new FeedForwardConfig(
                        json.positive("intermediate_size", family.feedForward),
                        activation(),
                        family.mlpBiasField && json.bool("mlp_bias", false)),
                RopeReader.read(json, context),
                json.bool("tie_word_embeddings", false),
                tokens(),
                dtype(),
                json.asMap());
    }

    private void refuseUnsupported() {
        for (String name : List.of("quantization_config", "compression_config", "text_config", "encoder")) {
            if (json.has(name)) {
                throw json.wrong(name, "is not supported");
            }
        }
        for (String name : List.of("is_encoder_decoder", "add_cross_attention")) {
            if (json.bool(name, false)) {
                throw json.wrong(name, "true is not supported");
            }
        }
        if (json.number("partial_rotary_factor", 1) != 1) {
            throw json.wrong(
                    "partial_rotary_factor", json.number("partial_rotary_factor", 1) + " is not supported, only 1");
        }
    }

    private AttentionConfig attention(int hidden, int layers) {
        int heads = json.positive("num_attention_heads", 32);
        // absent: the type's default; null: as many as query heads
        int keyValueHeads = json.isNull("num_key_value_heads") || family.keyValueHeads == 0
                ? json.positive("num_key_value_heads", heads)
                : json.positive("num_key_value_heads", family.keyValueHeads);
        if (heads % keyValueHeads != 0) {
            throw json.wrong("num_key_value_heads", keyValueHeads + " does not divide num_attention_heads " + heads);
        }
        int headDim = headDim(hidden, heads);
        boolean bias = json.bool("attention_bias", false);
        return new AttentionConfig(
                heads,
                keyValueHeads,
                headDim,
                family.inputBias == null ? bias : family.inputBias,
                family.outputBias == null ? bias : family.outputBias,
                family.headNorms,
                new WindowReader(json, type, layers).windows());
    }

    private int headDim(int hidden, int heads) {
        int headDim;
        if (json.has("head_dim")) {
            headDim = json.positive("head_dim", 0);
        } else if (family.headDim > 0) {
            headDim = family.headDim;
        } else if (hidden % heads != 0) {
            throw json.wrong("hidden_size", hidden + " is not a multiple of num_attention_heads " + heads);
        } else {
            headDim = hidden / heads;
        }
        if (headDim % 2 != 0) {
            throw json.wrong("head_dim", headDim + " is odd, so it cannot be rotated");
        }
        if ((long) headDim * heads > Integer.MAX_VALUE) {
            throw json.wrong("head_dim", headDim + " is too large for " + heads + " heads");
        }
        return headDim;
    }

    private double epsilon() {
        double epsilon = json.number("rms_norm_eps", 1e-6);
        if (epsilon < 0) {
            throw json.wrong("rms_norm_eps", "must be 0 or more, not " + epsilon);
        }
        return epsilon;
    }

    private Activation activation() {
        String name = json.text("hidden_act").orElse("silu");
        if (!name.equals("silu") && !name.equals("swish")) {
            throw json.wrong("hidden_act", "'" + Strings.clip(name) + "' is not supported; known are [silu, swish]");
        }
        return Activation.SILU;
    }

    private SpecialTokens tokens() {
        boolean ends = json.asMap().containsKey("eos_token_id");
        return new SpecialTokens(
                json.asMap().containsKey("bos_token_id") ? id("bos_token_id") : family.begin,
                ends ? json.tokenIds("eos_token_id") : family.ends,
                id("pad_token_id"));
    }

    /** Some publishers write -1 for none. */
    private OptionalInt id(String name) {
        OptionalInt id = json.integer(name);
        return id.isPresent() && id.getAsInt() < 0 ? OptionalInt.empty() : id;
    }

    private String dtype() {
        String name = json.text("dtype").or(() -> json.text("torch_dtype")).orElse("");
        return name.startsWith("torch.") ? name.substring("torch.".length()) : name;
    }

    static boolean knows(String modelType) {
        return FAMILIES.containsKey(modelType);
    }
}
