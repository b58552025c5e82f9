package dev.reft.torch;

import dev.reft.checkpoint.Activation;
import dev.reft.checkpoint.AttentionConfig;
import dev.reft.checkpoint.FeedForwardConfig;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.torch.Attention.Heads;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * One block of a decoder: attention, then feed-forward, each a branch beside the stream with a norm where the model has
 * it.
 *
 * @param config of the model
 * @param index the block's index
 * @param attentionNorm over the hidden size
 * @param qkv queries, keys and values, one below the other
 * @param queryNorm over a head or over all, or null
 * @param keyNorm likewise
 * @param output of the attention
 * @param feedForwardNorm over the hidden size
 * @param up gate and up projection, one below the other, or the latter alone
 * @param down the feed-forward's way back
 */
record Block(
        ModelConfig config,
        int index,
        Norm attentionNorm,
        Linear qkv,
        @Nullable Norm queryNorm,
        @Nullable Norm keyNorm,
        Linear output,
        Norm feedForwardNorm,
        Linear up,
        Linear down) {

    /** The whole block on x [N, hidden]. */
    Tensor forward(Tensor x, Places places, Attention attention) {
        Tensor middle = branch(x, attentionNorm, in -> output.apply(attention.attend(index, heads(in, places))));
        return branch(middle, feedForwardNorm, this::feedForward);
    }

    private Tensor branch(Tensor x, Norm norm, UnaryOperator<Tensor> f) {
        return switch (config.norm().placement()) {
            case BEFORE -> x.add(f.apply(norm.apply(x)));
            case AFTER_SUM -> norm.apply(x.add(f.apply(x)));
            case AFTER_BRANCH -> x.add(norm.apply(f.apply(x)));
        };
    }

    /** Queries, keys and values of tokens, positions applied. */
    Heads heads(Tensor in, Places places) {
        AttentionConfig shape = config.attention();
        int width = shape.headDim();
        Tensor all = qkv.apply(in);
        if (queryNorm == null || keyNorm == null) {
            // Queries and keys turn together: half the operations.
            Tensor[] parts =
                    Ops.split(all, 1, (long) shape.queryWidth() + shape.keyValueWidth(), shape.keyValueWidth());
            Tensor turned = places.turn(parts[0].view(-1, shape.heads() + shape.keyValueHeads(), width));
            Tensor[] both = Ops.split(turned, 1, shape.heads(), shape.keyValueHeads());
            return new Heads(both[0], both[1], parts[1].view(-1, shape.keyValueHeads(), width));
        }
        Tensor[] parts = Ops.split(all, 1, shape.queryWidth(), shape.keyValueWidth(), shape.keyValueWidth());
        boolean whole =
                switch (shape.queryKeyNorm()) {
                    case WHOLE -> true;
                    case NONE, HEAD -> false;
                };
        Tensor queries = normed(parts[0], queryNorm, whole, shape.heads());
        Tensor keys = normed(parts[1], keyNorm, whole, shape.keyValueHeads());
        return new Heads(places.turn(queries), places.turn(keys), parts[2].view(-1, shape.keyValueHeads(), width));
    }

    private Tensor normed(Tensor x, Norm norm, boolean whole, int heads) {
        long[] shape = {-1, heads, config.attention().headDim()};
        return whole ? norm.apply(x).view(shape) : norm.apply(x.view(shape));
    }

    private Tensor feedForward(Tensor x) {
        FeedForwardConfig shape = config.feedForward();
        if (!shape.gated()) {
            return down.apply(activated(up.apply(x), shape.activation()));
        }
        Tensor[] parts = Ops.split(up.apply(x), 1, shape.size(), shape.size());
        return down.apply(activated(parts[0], shape.activation()).mul(parts[1]));
    }

    private static Tensor activated(Tensor x, Activation activation) {
        return switch (activation) {
            case SILU -> torch.silu(x);
            case RELU -> torch.relu(x);
            case GELU -> torch.gelu(x);
            case GELU_TANH -> torch.gelu(x, "tanh");
        };
    }

    /** The block's linear layers that adapters may be put on. */
    List<Linear> linears() {
        return List.of(qkv, output, up, down);
    }

    /** A block of other parameters and adapters. */
    Block with(UnaryOperator<Parameter> weights, UnaryOperator<Linear> adapted) {
        return new Block(
                config,
                index,
                attentionNorm.with(weights),
                adapted.apply(qkv.with(weights)),
                queryNorm == null ? null : queryNorm.with(weights),
                keyNorm == null ? null : keyNorm.with(weights),
                adapted.apply(output.with(weights)),
                feedForwardNorm.with(weights),
                adapted.apply(up.with(weights)),
                adapted.apply(down.with(weights)));
    }

    /** All parameters, adapters not included. */
    List<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(attentionNorm.parameters());
        if (queryNorm != null && keyNorm != null) {
            all.addAll(queryNorm.parameters());
            all.addAll(keyNorm.parameters());
        }
        all.addAll(feedForwardNorm.parameters());
        linears().forEach(linear -> all.addAll(linear.parameters()));
        return all;
    }
}
