package dev.reft.torch;

import dev.reft.checkpoint.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A decoder of the Llama family: embedding, blocks, final norm, output head.
 *
 * <p>Its weights may be shared between models that do not write them: each holds a reference, the last frees them.
 * Adapters belong to one decoder.
 */
final class Decoder implements AutoCloseable {
    private final ModelConfig config;
    private final Placement placement;
    private final Parameter embedding;
    private final List<Block> blocks;
    private final Parameter finalNorm;
    private final Parameter head;
    private final Rotation rotation;
    private final AtomicInteger holders;

    /**
     * Takes ownership of the parameters.
     *
     * @param head the embedding itself if they are tied
     */
    Decoder(
            ModelConfig config,
            Placement placement,
            Parameter embedding,
            List<Block> blocks,
            Parameter finalNorm,
            Parameter head) {
        this(
                config,
                placement,
                embedding,
                blocks,
                finalNorm,
                head,
                new Rotation(config, placement),
                new AtomicInteger(1));
    }

    private Decoder(
            ModelConfig config,
            Placement placement,
            Parameter embedding,
            List<Block> blocks,
            Parameter finalNorm,
            Parameter head,
            Rotation rotation,
            AtomicInteger holders) {
        this.config = config;
        this.placement = placement;
        this.embedding = embedding;
        this.blocks = List.copyOf(blocks);
        this.finalNorm = finalNorm;
        this.head = head;
        this.rotation = rotation;
        this.holders = holders;
    }

    ModelConfig config() {
        return config;
    }

    Placement placement() {
        return placement;
    }

    List<Block> blocks() {
        return blocks;
    }

    Rotation rotation() {
        return rotation;
    }

    Parameter embedding() {
        return embedding;
    }

    Parameter finalNorm() {
        return finalNorm;
    }

    /** The output head's matrix [vocabulary, hidden]. */
    Parameter head() {
        return head;
    }

    /** Embeddings [N, hidden] of ids [N], int64. */
    Tensor embed(Tensor ids) {
        return torch.embedding(embedding.value(), ids);
    }

    /** The final norm on x [N, hidden]. */
    Tensor norm(Tensor x) {
        return Block.norm(x, finalNorm, config.normEpsilon());
    }

    /** Logits [N, vocabulary] in fp32 of normed hidden states [N, hidden]. */
    Tensor logits(Tensor normed) {
        Tensor logits = torch.linear(normed, head.value());
        return placement.half() ? logits.to(ScalarType.Float) : logits;
    }

    /** The parameters of the checkpoint, each once; adapters not included. */
    List<Parameter> base() {
        List<Parameter> all = new ArrayList<>();
        all.add(embedding);
        blocks.forEach(block -> all.addAll(block.parameters()));
        all.add(finalNorm);
        if (head != embedding) {
            all.add(head);
        }
        return all;
    }

    /** The adapters' parameters. */
    List<Parameter> adapters() {
        List<Parameter> all = new ArrayList<>();
        for (Block block : blocks) {
            for (Linear linear : block.linears()) {
                for (Linear.Low low : linear.adapters()) {
                    all.add(low.a());
                    all.add(low.b());
                }
            }
        }
        return all;
    }

    /**
     * A decoder on the same weights with other adapters, which it takes over.
     *
     * @param adapted makes the new linear layers
     */
    Decoder share(UnaryOperator<Linear> adapted) {
        if (holders.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
            throw new IllegalStateException("the decoder is closed");
        }
        List<Block> others =
                blocks.stream().map(block -> block.with(p -> p, adapted)).toList();
        return new Decoder(config, placement, embedding, others, finalNorm, head, rotation, holders);
    }

    /** A decoder on copies of all weights and adapters. */
    Decoder copy() {
        UnaryOperator<Parameter> copy = Parameter::frozen;
        List<Block> others = blocks.stream()
                .map(block -> block.with(copy, linear -> linear.copyAdapters()))
                .toList();
        Parameter embeddings = embedding.frozen();
        Parameter heads = head == embedding ? embeddings : head.frozen();
        return new Decoder(config, placement, embeddings, others, finalNorm.frozen(), heads);
    }

    /** Frees the adapters and lets go of the weights; their last holder frees them. */
    @Override
    public void close() {
        adapters().forEach(Parameter::close);
        if (holders.decrementAndGet() == 0) {
            base().forEach(Parameter::close);
            rotation.close();
        }
    }
}
