package dev.reft.torch;

import dev.reft.model.Optimizer;
import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;
import org.jspecify.annotations.Nullable;

/** Kernels that the binding does not name, reached through libtorch's dispatcher. */
final class Fused {
    private static final String ADAMW = "aten::_fused_adamw_";

    private static @Nullable Boolean available;

    private Fused() {}

    /** Whether this libtorch has a fused AdamW that does what we think: it is tried on one number. */
    static synchronized boolean available() {
        if (available == null) {
            try (Scope scope = new Scope();
                    Grad off = Grad.off()) {
                Tensor weight = Ops.floats(1f);
                adamW(
                        List.of(weight),
                        List.of(Ops.floats(3f)),
                        List.of(Ops.floats(0f)),
                        List.of(Ops.floats(0f)),
                        List.of(Ops.floats(1f).squeeze()),
                        Optimizer.AdamW.DEFAULT,
                        0.25,
                        0.5,
                        null);
                // 1 * (1 - 0.25 * 0.5) - 0.25: the first step goes by the rate, whatever the gradient.
                available = Math.abs(Ops.toFloats(weight)[0] - 0.625) < 1e-6;
            } catch (RuntimeException e) {
                AdamW.logFallback(e);
                available = false;
            }
        }
        return available;
    }

    /** Calls {@code _fused_adamw_}; all lists are of one length, all tensors fp32. */
    static void adamW(
            List<Tensor> weights,
            List<Tensor> gradients,
            List<Tensor> first,
            List<Tensor> second,
            List<Tensor> steps,
            Optimizer.AdamW adam,
            double rate,
            double decay,
            @Nullable Tensor inverseScale) {
        IValueVector arguments = new IValueVector();
        arguments.push_back(list(weights));
        arguments.push_back(list(gradients));
        arguments.push_back(list(first));
        arguments.push_back(list(second));
        arguments.push_back(list(List.of()));
        arguments.push_back(list(steps));
        arguments.push_back(new IValue(rate));
        arguments.push_back(new IValue(adam.beta1()));
        arguments.push_back(new IValue(adam.beta2()));
        arguments.push_back(new IValue(decay));
        arguments.push_back(new IValue(adam.epsilon()));
        arguments.push_back(new IValue(false));
        arguments.push_back(new IValue(false));
        arguments.push_back(inverseScale == null ? new IValue() : new IValue(inverseScale));
        arguments.push_back(new IValue());
        Dispatcher.singleton().findSchemaOrThrow(ADAMW, "").callBoxed(arguments);
    }

    private static IValue list(List<Tensor> tensors) {
        GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
        for (Tensor tensor : tensors) {
            list.push_back(new IValue(tensor));
        }
        return new IValue(list);
    }
}
