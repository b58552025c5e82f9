package dev.reft.torch;

import dev.reft.model.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * A run that keeps each stage's input only and computes the stage again in the backward (gradient checkpointing, arXiv
 * 1604.06174).
 */
final class CheckpointedRun implements Run {
    private final Decoder decoder;
    private final TokenBatch batch;
    private final Layout layout;
    /** Inputs of the stages. */
    private final List<Tensor> inputs = new ArrayList<>();

    private final Tensor hidden;

    CheckpointedRun(Decoder decoder, TokenBatch batch, Layout layout, Packed packed) {
        this.decoder = decoder;
        this.batch = batch;
        this.layout = layout;
        try (Grad off = Grad.off()) {
            Tensor x = decoder.embed(packed.ids());
            inputs.add(Scope.keep(x));
            List<UnaryOperator<Tensor>> stages = decoder.stages(packed.places(), packed.attention());
            for (UnaryOperator<Tensor> stage : stages) {
                Tensor input = x;
                x = Scope.one(() -> stage.apply(input));
                inputs.add(Scope.keep(x));
            }
            hidden = inputs.remove(inputs.size() - 1);
        }
    }

    @Override
    public Tensor hidden() {
        return hidden;
    }

    @Override
    public void backward(Tensor slopes) {
        Packed packed = Packed.of(batch, layout, decoder);
        List<UnaryOperator<Tensor>> stages = decoder.stages(packed.places(), packed.attention());
        Tensor gradient = slopes;
        for (int i = inputs.size() - 1; i >= 0; i--) {
            Tensor above = gradient;
            boolean below = i > 0 || decoder.embedding().trains();
            gradient = segment(inputs.get(i), above, below, stages.get(i));
            if (above != slopes) {
                Scope.drop(above);
            }
        }
        if (decoder.embedding().trains()) {
            GraphRun.addEmbeddingGradient(decoder, packed.ids(), gradient);
        }
    }

    /** Runs a segment again and back: the gradient of its input, or of nothing if none is needed below. */
    private static Tensor segment(Tensor input, Tensor slopes, boolean below, UnaryOperator<Tensor> forward) {
        return Scope.one(() -> {
            Tensor leaf = input.detach();
            leaf.set_requires_grad(below);
            Tensor output;
            try (Grad on = Grad.on()) {
                output = forward.apply(leaf);
            }
            Trunk.backward(output, slopes);
            return below ? Ops.own(leaf.mutable_grad()) : leaf;
        });
    }

    @Override
    public void close() {
        inputs.forEach(Tensor::close);
        inputs.clear();
        hidden.close();
    }
}
