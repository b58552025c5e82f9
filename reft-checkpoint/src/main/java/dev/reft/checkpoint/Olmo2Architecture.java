package dev.reft.checkpoint;

import dev.reft.checkpoint.AttentionConfig.QueryKeyNorm;
import dev.reft.checkpoint.DecoderNames.Layer;

/** OLMo 2: a Llama whose norms follow the branches, and whose queries and keys are normalised over their whole width. */
final class Olmo2Architecture extends LlamaArchitecture {
    Olmo2Architecture() {
        super("olmo2", "Olmo2ForCausalLM", afterBranches());
    }

    private static DecoderNames afterBranches() {
        DecoderNames llama = DecoderNames.LLAMA;
        Layer layer = llama.layer();
        return new DecoderNames(
                llama.base(),
                llama.embedding(),
                "",
                "",
                "",
                llama.layers(),
                new Layer(
                        "post_attention_layernorm",
                        layer.attentionInput(),
                        layer.queryNorm(),
                        layer.keyNorm(),
                        layer.attentionOutput(),
                        "post_feedforward_layernorm",
                        layer.feedForwardInput(),
                        layer.feedForwardOutput()),
                llama.last(),
                llama.head(),
                false);
    }

    @Override
    NormConfig norm(double epsilon) {
        return new NormConfig(NormConfig.Kind.RMS, NormConfig.Placement.AFTER_BRANCH, epsilon, true);
    }

    @Override
    QueryKeyNorm queryKeyNorm() {
        return QueryKeyNorm.WHOLE;
    }
}
