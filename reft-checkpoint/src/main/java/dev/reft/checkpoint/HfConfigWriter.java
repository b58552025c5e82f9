package dev.reft.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes a configuration as transformers 5 does, keeping what was read and still holds. */
final class HfConfigWriter {
    private static final Map<String, String> ARCHITECTURES = Map.of(
            "llama", "LlamaForCausalLM",
            "mistral", "MistralForCausalLM",
            "qwen2", "Qwen2ForCausalLM",
            "qwen3", "Qwen3ForCausalLM");

    private HfConfigWriter() {}

    static Map<String, @Nullable Object> fields(ModelConfig config, String weightType) {
        Map<String, @Nullable Object> fields = new TreeMap<>(config.fields());
        if (!stillHolds(config)) {
            fields.remove("rope_theta");
            fields.remove("rope_scaling");
            fields.remove("original_max_position_embeddings");
            fields.putAll(canonical(config));
        }
        boolean older = fields.containsKey("torch_dtype") && !fields.containsKey("dtype");
        fields.put(older ? "torch_dtype" : "dtype", weightType);
        if (!older) {
            fields.remove("torch_dtype");
        }
        return fields;
    }

    private static boolean stillHolds(ModelConfig config) {
        if (config.fields().isEmpty()) {
            return false;
        }
        ModelConfig read = HfConfigReader.parse(new JsonFields(Path.of("config.json"), "", config.fields()));
        // the wanted type is the only component that is written separately
        return config.equals(withDtype(read, config.dtype()));
    }

    private static ModelConfig withDtype(ModelConfig c, String dtype) {
        return new ModelConfig(
                c.modelType(),
                c.vocabularySize(),
                c.hiddenSize(),
                c.layers(),
                c.contextLength(),
                c.normEpsilon(),
                c.attention(),
                c.feedForward(),
                c.rope(),
                c.tiedEmbeddings(),
                c.tokens(),
                dtype,
                c.fields());
    }

    private static Map<String, @Nullable Object> canonical(ModelConfig config) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        AttentionConfig attention = config.attention();
        @Nullable String architecture = ARCHITECTURES.get(config.modelType());
        if (architecture != null && !config.fields().containsKey("architectures")) {
            fields.put("architectures", List.of(architecture));
        }
        fields.put("model_type", config.modelType());
        fields.put("vocab_size", config.vocabularySize());
        fields.put("hidden_size", config.hiddenSize());
        fields.put("num_hidden_layers", config.layers());
        fields.put("max_position_embeddings", config.contextLength());
        fields.put("rms_norm_eps", config.normEpsilon());
        fields.put("num_attention_heads", attention.heads());
        fields.put("num_key_value_heads", attention.keyValueHeads());
        fields.put("head_dim", attention.headDim());
        fields.put("intermediate_size", config.feedForward().size());
        fields.put("hidden_act", "silu");
        fields.put("rope_parameters", rope(config.rope()));
        fields.put("tie_word_embeddings", config.tiedEmbeddings());
        fields.put("bos_token_id", boxed(config.tokens().begin()));
        fields.put("pad_token_id", boxed(config.tokens().pad()));
        List<Integer> ends = config.tokens().ends();
        fields.put("eos_token_id", ends.isEmpty() ? null : ends.size() == 1 ? ends.get(0) : ends);
        byType(config, fields);
        return fields;
    }

    private static void byType(ModelConfig config, Map<String, @Nullable Object> fields) {
        AttentionConfig attention = config.attention();
        int window =
                attention.windows().stream().mapToInt(Integer::intValue).max().orElse(0);
        switch (config.modelType()) {
            case "llama" -> {
                fields.put("attention_bias", attention.inputBias());
                fields.put("mlp_bias", config.feedForward().bias());
            }
            case "mistral" -> fields.put("sliding_window", window == 0 ? null : window);
            default -> {
                if (config.modelType().equals("qwen3")) {
                    fields.put("attention_bias", attention.inputBias());
                }
                fields.put("use_sliding_window", window > 0);
                fields.put("sliding_window", window == 0 ? null : window);
                List<String> types = new ArrayList<>();
                attention.windows().forEach(w -> types.add(w > 0 ? "sliding_attention" : "full_attention"));
                fields.put("layer_types", types);
            }
        }
        // what the fields above cannot say must not be lost in silence
        ModelConfig read = HfConfigReader.parse(new JsonFields(Path.of("config.json"), "", fields));
        if (!read.attention().equals(attention) || !read.feedForward().equals(config.feedForward())) {
            throw new IllegalArgumentException(
                    "a " + config.modelType() + " cannot have " + attention + " with " + config.feedForward());
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

    private static @Nullable Integer boxed(OptionalInt id) {
        return id.isPresent() ? id.getAsInt() : null;
    }
}
