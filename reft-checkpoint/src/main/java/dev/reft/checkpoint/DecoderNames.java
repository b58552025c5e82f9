package dev.reft.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a decoder's modules are called in Hugging Face's files: a module's tensors are its name with {@code .weight} and,
 * where it has one, {@code .bias}. A name is empty for what the architecture never has.
 *
 * @param base what most names begin with, such as {@code model.}; files that hold the decoder without its head lack it
 * @param embedding after the base, of the embedding
 * @param positions after the base, of the table of positions
 * @param projectIn after the base, of the projection from the embedding's width
 * @param projectOut after the base, of the projection to the embedding's width
 * @param layers after the base, before a layer's index
 * @param layer within a layer
 * @param last after the base, of the last norm
 * @param head whole, of the head
 * @param transposed whether the matrices of the layers are stored with the input first (GPT-2's Conv1D)
 */
public record DecoderNames(
        String base,
        String embedding,
        String positions,
        String projectIn,
        String projectOut,
        String layers,
        Layer layer,
        String last,
        String head,
        boolean transposed) {

    /**
     * Names within a layer.
     *
     * @param attentionNorm of the norm before or after the attention
     * @param attentionInput the projections to queries, keys and values: three names, or one where they are fused
     * @param queryNorm of the norm of queries
     * @param keyNorm of the norm of keys
     * @param attentionOutput of the attention's output projection
     * @param feedForwardNorm of the norm before or after the feed-forward
     * @param feedForwardInput of the gate, if there is one, and of the projection up
     * @param feedForwardOutput of the projection down
     */
    public record Layer(
            String attentionNorm,
            List<String> attentionInput,
            String queryNorm,
            String keyNorm,
            String attentionOutput,
            String feedForwardNorm,
            List<String> feedForwardInput,
            String feedForwardOutput) {
        /** Copies the lists. */
        public Layer {
            attentionInput = List.copyOf(attentionInput);
            feedForwardInput = List.copyOf(feedForwardInput);
        }

        /**
         * The linear layers in the order of the computation.
         *
         * @return their names
         */
        public List<String> linears() {
            return Stream.of(
                            attentionInput.stream(),
                            Stream.of(attentionOutput),
                            feedForwardInput.stream(),
                            Stream.of(feedForwardOutput))
                    .flatMap(names -> names)
                    .toList();
        }
    }

    /** The names that Llama's modules have, which many others share. */
    public static final DecoderNames LLAMA = new DecoderNames(
            "model.",
            "embed_tokens",
            "",
            "",
            "",
            "layers.",
            new Layer(
                    "input_layernorm",
                    List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
                    "self_attn.q_norm",
                    "self_attn.k_norm",
                    "self_attn.o_proj",
                    "post_attention_layernorm",
                    List.of("mlp.gate_proj", "mlp.up_proj"),
                    "mlp.down_proj"),
            "norm",
            "lm_head",
            false);

    /**
     * What the names of a layer's modules begin with.
     *
     * @param index of the layer
     * @return such as {@code model.layers.3.}
     */
    public String layer(int index) {
        return base + layers + index + ".";
    }

    /**
     * The whole name of a tensor in a file that may lack the base.
     *
     * @param stored the name in the file
     * @return the name with the base, where it is not the head's
     */
    public String whole(String stored) {
        return stored.startsWith(base) || stored.startsWith(head + ".") ? stored : base + stored;
    }

    /**
     * All linear layers but the head, by their whole names.
     *
     * @param config of the model
     * @return such as {@code model.layers.0.self_attn.q_proj}
     */
    public List<String> linears(ModelConfig config) {
        Stream<String> projections = config.embeddingSize() == config.hiddenSize()
                ? Stream.of()
                : Stream.of(base + projectIn, base + projectOut);
        Stream<String> within = IntStream.range(0, config.layers())
                .boxed()
                .flatMap(i -> layer.linears().stream().map(name -> layer(i) + name));
        return Stream.concat(projections, within).toList();
    }

    /**
     * All tensors that a model has, the base's name before them; a tied head is none.
     *
     * @param config of the model
     * @return shapes by name, in the order of the computation
     */
    public Map<String, List<Long>> tensors(ModelConfig config) {
        return new DecoderShapes(this, config).tensors();
    }
}
