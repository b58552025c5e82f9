package dev.reft.checkpoint;

import dev.reft.checkpoint.AttentionConfig.QueryKeyNorm;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

// region architecture
/**
 * GPT-2: learned positions, layer norms, one fused projection to queries, keys and values, a plain feed-forward. Its
 * matrices are stored with the input first.
 */
final class Gpt2Architecture extends Architecture {
    private static final int END_OF_TEXT = 50256;
    private static final DecoderNames NAMES = new DecoderNames(
            "transformer.",
            "wte",
            "wpe",
            "",
            "",
            "h.",
            new DecoderNames.Layer(
                    "ln_1", List.of("attn.c_attn"), "", "", "attn.c_proj", "ln_2", List.of("mlp.c_fc"), "mlp.c_proj"),
            "ln_f",
            "lm_head",
            true);

    Gpt2Architecture() {
        super("gpt2", "GPT2LMHeadModel", NAMES);
    }

    @Override
    ModelConfig describe(JsonFields json) {
        only(json, "scale_attn_weights", true);
        only(json, "scale_attn_by_inverse_layer_idx", false);
        int hidden = json.positive("n_embd", 768);
        int heads = json.positive("n_head", 12);
        int layers = layers(json, "n_layer", 12);
        return new ModelConfig(
                type(),
                json.positive("vocab_size", 50257),
                hidden,
                hidden,
                layers,
                json.positive("n_positions", 1024),
                new NormConfig(
                        NormConfig.Kind.LAYER,
                        NormConfig.Placement.BEFORE,
                        epsilon(json, "layer_norm_epsilon", 1e-5),
                        true),
                new AttentionConfig(
                        heads,
                        heads,
                        headDim(json, "n_embd", hidden, "n_head", heads),
                        true,
                        true,
                        QueryKeyNorm.NONE,
                        Collections.nCopies(layers, 0)),
                new FeedForwardConfig(
                        json.positive("n_inner", Math.multiplyExact(4, hidden)),
                        activation(json, "activation_function", "gelu_new", EnumSet.allOf(Activation.class)),
                        false,
                        true),
                new LearnedPositions(0),
                json.bool("tie_word_embeddings", true),
                tokens(json, OptionalInt.of(END_OF_TEXT), List.of(END_OF_TEXT), OptionalInt.empty()),
                dtype(json),
                json.asMap());
    }

    @Override
    Map<String, @Nullable Object> write(ModelConfig config) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("n_embd", config.hiddenSize());
        fields.put("n_layer", config.layers());
        fields.put("n_head", config.attention().heads());
        fields.put("n_positions", config.contextLength());
        fields.put("n_inner", config.feedForward().size());
        fields.put("activation_function", config.feedForward().activation().configName());
        fields.put("layer_norm_epsilon", config.normEpsilon());
        return fields;
    }
}
// endregion
