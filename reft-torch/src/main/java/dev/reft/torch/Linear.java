package dev.reft.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer x W' + b, possibly several of the checkpoint's side by side, with low-rank adapters on some of them.
 *
 * @param weight [out, in], or [in, out] if transposed
 * @param bias [out] or null
 * @param transposed whether the weight lies as GPT-2's Conv1D stores it
 * @param modules the checkpoint's layers and what they give
 * @param adapters low-rank additions to ranges of the output, in ascending order, in fp32
 */
record Linear(
        Parameter weight, @Nullable Parameter bias, boolean transposed, List<Module> modules, List<Low> adapters) {
    /**
     * A layer of the checkpoint.
     *
     * @param name its whole Hugging Face name
     * @param from the first column of the output that it gives
     * @param width the number of columns
     */
    record Module(String name, int from, int width) {}

    /**
     * A low-rank addition scale * (x A') B' to a range of the output (LoRA, arXiv 2106.09685).
     *
     * @param module the adapted layer
     * @param a [rank, in]
     * @param b [width, rank]
     * @param scale alpha / rank, or alpha / sqrt(rank) if it is rank-stabilised
     */
    record Low(Module module, Parameter a, Parameter b, double scale) {
        /** Makes both matrices, or keeps neither. */
        static Low of(Module module, double scale, Supplier<Parameter> a, Supplier<Parameter> b) {
            Parameter first = a.get();
            try {
                return new Low(module, first, b.get(), scale);
            } catch (RuntimeException | Error e) {
                first.close();
                throw e;
            }
        }

        /** Makes an adapter of each thing, or keeps none. */
        static <T> List<Low> each(List<T> things, Function<T, Low> maker) {
            List<Low> lows = new ArrayList<>();
            try {
                things.forEach(thing -> lows.add(maker.apply(thing)));
                return lows;
            } catch (RuntimeException | Error e) {
                lows.forEach(Low::close);
                throw e;
            }
        }

        private void close() {
            a.close();
            b.close();
        }
    }

    Linear withAdapters(List<Low> lows) {
        return new Linear(weight, bias, transposed, modules, List.copyOf(lows));
    }

    Linear with(UnaryOperator<Parameter> weights) {
        return new Linear(
                weights.apply(weight), bias == null ? null : weights.apply(bias), transposed, modules, adapters);
    }

    /** The same layer with frozen copies of its adapters. */
    Linear copyAdapters() {
        return withAdapters(
                Low.each(adapters, low -> Low.of(low.module(), low.scale(), low.a()::frozen, low.b()::frozen)));
    }

    /** Numbers that the layer takes. */
    long in() {
        return weight.value().size(transposed ? 0 : 1);
    }

    List<Parameter> parameters() {
        return bias == null ? List.of(weight) : List.of(weight, bias);
    }

    /** Applies the layer to x [N, in]. */
    Tensor apply(Tensor x) {
        Tensor matrix = transposed ? weight.matrix().t() : weight.matrix();
        Tensor out = bias == null ? torch.linear(x, matrix) : torch.linear(x, matrix, new TensorOptional(bias.value()));
        return adapters.isEmpty() ? out : out.add(adapted(x, out));
    }

    /** The weight in fp32 with the adapters added to it, as the checkpoint stores it; in the scope around. */
    Tensor merged() {
        Tensor matrix = weight.matrix().detach().to(ScalarType.Float, false, true, new MemoryFormatOptional());
        for (Low low : adapters) {
            Tensor b = low.b().optimized().detach().to(ScalarType.Float);
            Tensor product = torch.mm(b, low.a().optimized().detach().to(ScalarType.Float));
            Tensor range = matrix.narrow(
                    transposed ? 1 : 0, low.module().from(), low.module().width());
            range.add_(transposed ? product.t() : product, new Scalar(low.scale()));
        }
        return matrix;
    }

    /** In fp32 whatever the base is computed in, since what an adapter adds is small beside it. */
    private Tensor adapted(Tensor x, Tensor out) {
        int width = Math.toIntExact(out.size(1));
        Tensor exact = x.to(ScalarType.Float);
        ScalarType type = Ops.type(out);
        Tensor[] parts = new Tensor[2 * adapters.size() + 1];
        int count = 0;
        int at = 0;
        for (Low low : adapters) {
            if (low.module().from() > at) {
                parts[count++] = zeros(out, low.module().from() - at);
            }
            Tensor inner = torch.linear(exact, low.a().value()).mul(new Scalar(low.scale()));
            parts[count++] = torch.linear(inner, low.b().value()).to(type);
            at = low.module().from() + low.module().width();
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
