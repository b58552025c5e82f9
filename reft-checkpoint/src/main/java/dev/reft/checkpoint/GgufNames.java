package dev.reft.checkpoint;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** GGUF's names of the tensors of the Llama family, and the Hugging Face names of the same. */
final class GgufNames {
    private static final Map<String, String> OUTSIDE =
            Map.of("token_embd", "model.embed_tokens", "output_norm", "model.norm", "output", "lm_head");
    private static final Map<String, String> IN_LAYER = Map.of(
            "attn_norm", "input_layernorm",
            "attn_q", "self_attn.q_proj",
            "attn_k", "self_attn.k_proj",
            "attn_v", "self_attn.v_proj",
            "attn_output", "self_attn.o_proj",
            "ffn_norm", "post_attention_layernorm",
            "ffn_gate", "mlp.gate_proj",
            "ffn_up", "mlp.up_proj",
            "ffn_down", "mlp.down_proj");
    private static final Pattern NAME = Pattern.compile("(?:blk\\.(0|[1-9]\\d{0,5})\\.)?([a-z_]+)\\.(weight|bias)");

    private GgufNames() {}

    /** The Hugging Face name, if the tensor is one that a Llama has. */
    static Optional<String> huggingFace(String gguf, int layers) {
        Matcher matcher = NAME.matcher(gguf);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String layer = matcher.group(1);
        if (layer == null) {
            return Optional.ofNullable(OUTSIDE.get(matcher.group(2))).map(name -> name + "." + matcher.group(3));
        }
        if (Integer.parseInt(layer) >= layers) {
            return Optional.empty();
        }
        return Optional.ofNullable(IN_LAYER.get(matcher.group(2)))
                .map(name -> "model.layers." + Integer.parseInt(layer) + "." + name + "." + matcher.group(3));
    }
}
