package dev.reft.checkpoint;

import dev.reft.checkpoint.AttentionConfig.QueryKeyNorm;
import dev.reft.checkpoint.NormConfig.Placement;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * OPT (and Galactica): learned positions whose table has two rows before the first, layer norms before the branches or
 * after the sums, an embedding that may be narrower than the hidden states. Its layer norms stand in the order of the
 * computation under names that say otherwise: a layer's {@code final_layer_norm} is its feed-forward's.
 */
final class OptArchitecture extends Architecture {
    private static final int OFFSET = 2;

    /** transformers has no field for it. */
    private static final double EPSILON = 1e-5;

    private static final DecoderNames NAMES = new DecoderNames(
            "model.decoder.",
            "embed_tokens",
            "embed_positions",
            "project_in",
            "project_out",
            "layers.",
            new DecoderNames.Layer(
                    "self_attn_layer_norm",
                    List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
                    "",
                    "",
                    "self_attn.out_proj",
                    "final_layer_norm",
                    List.of("fc1"),
                    "fc2"),
            "final_layer_norm",
            "lm_head",
            false);

    OptArchitecture() {
        super("opt", "OPTForCausalLM", NAMES);
    }

    @Override
    ModelConfig describe(JsonFields json) {
        only(json, "layer_norm_elementwise_affine", true);
        boolean before = json.bool("do_layer_norm_before", true);
        boolean biased = json.bool("enable_bias", true);
        int hidden = json.positive("hidden_size", 768);
        int heads = json.positive("num_attention_heads", 12);
        int layers = layers(json, "num_hidden_layers", 12);
        return new ModelConfig(
                type(),
                json.positive("vocab_size", 50272),
                hidden,
                json.positive("word_embed_proj_dim", hidden),
                layers,
                json.positive("max_position_embeddings", 2048),
                new NormConfig(
                        NormConfig.Kind.LAYER,
                        before ? Placement.BEFORE : Placement.AFTER_SUM,
                        EPSILON,
                        before && !json.bool("_remove_final_layer_norm", false)),
                new AttentionConfig(
                        heads,
                        heads,
                        headDim(json, "hidden_size", hidden, "num_attention_heads", heads),
                        biased,
                        biased,
                        QueryKeyNorm.NONE,
                        Collections.nCopies(layers, 0)),
                new FeedForwardConfig(
                        json.positive("ffn_dim", 3072),
                        activation(json, "activation_function", "relu", EnumSet.allOf(Activation.class)),
                        false,
                        biased),
                new LearnedPositions(OFFSET),
                json.bool("tie_word_embeddings", true),
                tokens(json, OptionalInt.of(2), List.of(2), OptionalInt.of(1)),
                dtype(json),
                json.asMap());
    }

    @Override
    Map<String, @Nullable Object> write(ModelConfig config) {
        boolean before = config.norm().placement() == Placement.BEFORE;
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("hidden_size", config.hiddenSize());
        fields.put("word_embed_proj_dim", config.embeddingSize());
        fields.put("num_hidden_layers", config.layers());
        fields.put("num_attention_heads", config.attention().heads());
        fields.put("max_position_embeddings", config.contextLength());
        fields.put("ffn_dim", config.feedForward().size());
        fields.put("activation_function", config.feedForward().activation().configName());
        fields.put("do_layer_norm_before", before);
        fields.put("_remove_final_layer_norm", before && !config.norm().last());
        fields.put("enable_bias", config.attention().inputBias());
        return fields;
    }
}
