package dev.reft.torch;

import java.nio.FloatBuffer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Small helpers over the binding that avoid its traps: aliasing results, enums that are not interned, raw buffers. */
final class Ops {
    private Ops() {}

    /** A tensor's type, comparable with {@code ==}; what the binding returns is not. */
    static ScalarType type(Tensor tensor) {
        return tensor.scalar_type().intern();
    }

    /** A handle of its own on what {@code grad()}, a vector's element or a tuple's part only points at. */
    static Tensor own(Tensor aliasing) {
        return new Tensor(aliasing);
    }

    /** Parts of a tensor along a dimension, whose backward is one concatenation. */
    static Tensor[] split(Tensor tensor, int dimension, long... sizes) {
        if (sizes.length == 1) {
            return new Tensor[] {tensor};
        }
        TensorVector parts = tensor.split_with_sizes(sizes, dimension);
        Tensor[] owned = new Tensor[sizes.length];
        for (int i = 0; i < owned.length; i++) {
            owned[i] = own(parts.get(i));
        }
        return owned;
    }

    static Tensor cat(int dimension, Tensor... parts) {
        return parts.length == 1 ? parts[0] : torch.cat(new TensorVector(parts), dimension);
    }

    static Tensor scale(Tensor tensor, double factor) {
        return tensor.mul(new Scalar(factor));
    }

    static Tensor longs(int[] values) {
        return Tensor.create(values).to(ScalarType.Long);
    }

    static Tensor floats(float... values) {
        return Tensor.create(values);
    }

    /** The numbers of a tensor, row after row. */
    static float[] toFloats(Tensor tensor) {
        Tensor plain = tensor.detach().cpu().to(ScalarType.Float).contiguous();
        float[] values = new float[Math.toIntExact(plain.numel())];
        if (values.length > 0) {
            FloatBuffer buffer = plain.createBuffer();
            buffer.get(values);
        }
        return values;
    }
}
