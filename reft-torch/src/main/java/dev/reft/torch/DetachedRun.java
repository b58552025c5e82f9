package dev.reft.torch;

import org.bytedeco.pytorch.Tensor;

/** A run whose trunk gets no gradient: for values whose slope stops at their head. */
final class DetachedRun implements Run {
    private final Tensor hidden;

    DetachedRun(Decoder decoder, Packed packed) {
        try (Grad off = Grad.off()) {
            hidden = Scope.keep(Trunk.hidden(decoder, packed));
        }
    }

    @Override
    public Tensor hidden() {
        return hidden;
    }

    @Override
    public void backward(Tensor slopes) {
        throw new IllegalStateException("the trunk was run without a gradient");
    }

    @Override
    public void close() {
        hidden.close();
    }
}
