package dev.reft.torch;

import dev.reft.checkpoint.AttentionConfig;
import dev.reft.torch.Attention.Heads;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * One block of the decoder: x + attention(norm(x)), then x + mlp(norm(x)).
 *
 * @param shape of the attention
 * @param epsilon of the norms
 * @param index the block's index
 * @param inputNorm [hidden]
 * @param qkv queries, keys and values, one below the other
 * @param queryNorm [headWidth], or null
 * @param keyNorm [headWidth], or null
 * @param output of the attention
 * @param middleNorm [hidden]
 * @param gateUp gate and up projections, one below the other
 * @param down the MLP's way back
 */
record Block(
        AttentionConfig shape,
        double epsilon,
        int index,
        Parameter inputNorm,
        Linear qkv,
        @Nullable Parameter queryNorm,
        @Nullable Parameter keyNorm,
        Linear output,
        Parameter middleNorm,
        Linear gateUp,
        Linear down) {

    /** The whole block on x [N, hidden]. */
    Tensor forward(Tensor x, Rotation.Rotary rotary, Attention attention) {
        Tensor attended = attention.attend(index, heads(norm(x, inputNorm), rotary));
        Tensor middle = x.add(output.apply(attended));
        return middle.add(mlp(norm(middle, middleNorm)));
    }

    /** Queries, keys and values of normed tokens, positions applied. */
    Heads heads(Tensor normed, Rotation.Rotary rotary) {
        int width = shape.headDim();
        Tensor all = qkv.apply(normed);
        if (queryNorm == null || keyNorm == null) {
            // Queries and keys turn together: half the operations.
            Tensor[] parts =
                    Ops.split(all, 1, (long) shape.queryWidth() + shape.keyValueWidth(), shape.keyValueWidth());
            Tensor turned = rotary.turn(parts[0].view(-1, shape.heads() + shape.keyValueHeads(), width));
            Tensor[] both = Ops.split(turned, 1, shape.heads(), shape.keyValueHeads());
            return new Heads(both[0], both[1], parts[1].view(-1, shape.keyValueHeads(), width));
        }
        Tensor[] parts = Ops.split(all, 1, shape.queryWidth(), shape.keyValueWidth(), shape.keyValueWidth());
        Tensor queries = norm(parts[0].view(-1, shape.heads(), width), queryNorm);
        Tensor keys = norm(parts[1].view(-1, shape.keyValueHeads(), width), keyNorm);
        return new Heads(rotary.turn(queries), rotary.turn(keys), parts[2].view(-1, shape.keyValueHeads(), width));
    }

    /** down(silu(gate(x)) * up(x)). */
    Tensor mlp(Tensor normed) {
        Tensor[] parts = gateUp.halves(normed);
        return down.apply(torch.silu(parts[0]).mul(parts[1]));
    }

    /** RMS norm (arXiv 1910.07467) over the last dimension, its statistics in fp32. */
    Tensor norm(Tensor x, Parameter weight) {
        return norm(x, weight, epsilon);
    }

    static Tensor norm(Tensor x, Parameter weight, double epsilon) {
        long[] over = {weight.value().size(0)};
        return torch.rms_norm(x, over, new TensorOptional(weight.value()), new DoubleOptional(epsilon));
    }

    /** The block's linear layers that adapters may be put on, by the names of the checkpoint. */
    List<Linear> linears() {
        return List.of(qkv, output, gateUp, down);
    }

    /** A block of other parameters and adapters. */
    Block with(UnaryOperator<Parameter> weights, UnaryOperator<Linear> adapted) {
        return new Block(
                shape,
                epsilon,
                index,
                weights.apply(inputNorm),
                adapted.apply(qkv.with(weights)),
                queryNorm == null ? null : weights.apply(queryNorm),
                keyNorm == null ? null : weights.apply(keyNorm),
                adapted.apply(output.with(weights)),
                weights.apply(middleNorm),
                adapted.apply(gateUp.with(weights)),
                adapted.apply(down.with(weights)));
    }

    /** All parameters, adapters not included. */
    List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>();
        all.add(inputNorm);
        add(all, queryNorm);
        add(all, keyNorm);
        all.add(middleNorm);
        for (Linear linear : linears()) {
            all.add(linear.weight());
            add(all, linear.bias());
        }
        return all;
    }

    private static void add(List<Parameter> all, @Nullable Parameter parameter) {
        if (parameter != null) {
            all.add(parameter);
        }
    }
}
