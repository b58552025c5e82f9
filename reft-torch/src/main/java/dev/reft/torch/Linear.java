package dev.reft.torch;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer x W' + b, possibly several of the checkpoint's side by side, with low-rank adapters on some of them.
 *
 * @param weight [out, in]
 * @param bias [out] or null
 * @param adapters low-rank additions to ranges of the output, in ascending order
 */
record Linear(Parameter weight, @Nullable Parameter bias, List<Low> adapters) {
    /**
     * A low-rank addition scale * (x A') B' to a range of the output (LoRA, arXiv 2106.09685).
     *
     * @param piece the adapted tensor of the checkpoint and the range it stands for
     * @param a [rank, in]
     * @param b [rows, rank]
     * @param scale alpha / rank
     */
    record Low(Parameter.Piece piece, Parameter a, Parameter b, double scale) {}

    Linear withAdapters(List<Low> lows) {
        return new Linear(weight, bias, List.copyOf(lows));
    }

    Linear with(UnaryOperator<Parameter> weights) {
        return new Linear(weights.apply(weight), bias == null ? null : weights.apply(bias), adapters);
    }

    /** The same layer with frozen copies of its adapters. */
    Linear copyAdapters() {
        return withAdapters(adapters.stream()
                .map(low -> new Low(low.piece(), low.a().frozen(), low.b().frozen(), low.scale()))
                .toList());
    }

    /** Applies the layer to x [N, in]. */
    Tensor apply(Tensor x) {
        Tensor out = bias == null
                ? torch.linear(x, weight.value())
                : torch.linear(x, weight.value(), new TensorOptional(bias.value()));
        return adapters.isEmpty() ? out : out.add(adapted(x, out));
    }

    /** Applies a layer of two pieces and separates what they give. */
    Tensor[] halves(Tensor x) {
        return Ops.split(
                apply(x),
                1,
                weight.pieces().get(0).rows(),
                weight.pieces().get(1).rows());
    }

    private Tensor adapted(Tensor x, Tensor out) {
        int width = Math.toIntExact(out.size(1));
        Tensor[] parts = new Tensor[2 * adapters.size() + 1];
        int count = 0;
        int at = 0;
        for (Low low : adapters) {
            if (low.piece().from() > at) {
                parts[count++] = zeros(out, low.piece().from() - at);
            }
            Tensor inner = torch.linear(x, low.a().value()).mul(new Scalar(low.scale()));
            parts[count++] = torch.linear(inner, low.b().value());
            at = low.piece().from() + low.piece().rows();
        }
        if (at < width) {
            parts[count++] = zeros(out, width - at);
        }
        return Ops.cat(1, Arrays.copyOf(parts, count));
    }

    private static Tensor zeros(Tensor like, long columns) {
        return torch.zeros(new long[] {like.size(0), columns}, like.options());
    }
}
