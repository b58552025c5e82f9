package dev.reft.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** GGUF's names of an architecture's tensors, and the Hugging Face names of the same. */
final class GgufNames {
    private static final Pattern NAME = Pattern.compile("(?:blk\\.(0|[1-9]\\d{0,5})\\.)?([a-z_]+)\\.(weight|bias)");

    private final DecoderNames names;
    private final Map<String, String> outside = new LinkedHashMap<>();
    private final Map<String, String> within = new LinkedHashMap<>();

    GgufNames(GgufKind kind) {
        names = Architecture.of(kind.label()).names();
        DecoderNames.Layer layer = names.layer();
        outside.put("token_embd", names.base() + names.embedding());
        if (kind.learned()) {
            outside.put("position_embd", names.base() + names.positions());
        }
        outside.put("output_norm", names.base() + names.last());
        outside.put("output", names.head());
        boolean after = kind == GgufKind.OLMO2;
        within.put(after ? "post_attention_norm" : "attn_norm", layer.attentionNorm());
        if (layer.attentionInput().size() == 1) {
            within.put("attn_qkv", layer.attentionInput().get(0));
        } else {
            within.put("attn_q", layer.attentionInput().get(0));
            within.put("attn_k", layer.attentionInput().get(1));
            within.put("attn_v", layer.attentionInput().get(2));
        }
        if (kind.queryKeyNorm() != AttentionConfig.QueryKeyNorm.NONE) {
            within.put("attn_q_norm", layer.queryNorm());
            within.put("attn_k_norm", layer.keyNorm());
        }
        within.put("attn_output", layer.attentionOutput());
        within.put(after ? "post_ffw_norm" : "ffn_norm", layer.feedForwardNorm());
        int inputs = layer.feedForwardInput().size();
        if (inputs == 2) {
            within.put("ffn_gate", layer.feedForwardInput().get(0));
        }
        within.put("ffn_up", layer.feedForwardInput().get(inputs - 1));
        within.put("ffn_down", layer.feedForwardOutput());
    }

    /** The Hugging Face name, if the tensor is one that the architecture has. */
    Optional<String> huggingFace(String gguf, int layers) {
        Matcher matcher = NAME.matcher(gguf);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String layer = matcher.group(1);
        String stem = Objects.requireNonNull(matcher.group(2));
        String end = "." + matcher.group(3);
        if (layer == null) {
            return Optional.ofNullable(outside.get(stem)).map(name -> name + end);
        }
        int index = Integer.parseInt(layer);
        return index >= layers
                ? Optional.empty()
                : Optional.ofNullable(within.get(stem)).map(name -> names.layer(index) + name + end);
    }

    /** All GGUF names of a model by their Hugging Face names, biases included whether the model has them or not. */
    Map<String, String> stored(int layers) {
        Map<String, String> stored = new LinkedHashMap<>();
        for (String end : new String[] {".weight", ".bias"}) {
            outside.forEach((gguf, name) -> stored.put(name + end, gguf + end));
            for (int i = 0; i < layers; i++) {
                String at = "blk." + i + ".";
                String from = names.layer(i);
                within.forEach((gguf, name) -> stored.put(from + name + end, at + gguf + end));
            }
        }
        return stored;
    }
}
