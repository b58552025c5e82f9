package dev.reft.torch;

import dev.reft.checkpoint.SafetensorsWriter;
import dev.reft.checkpoint.TensorFile;
import dev.reft.checkpoint.TensorInfo;
import dev.reft.checkpoint.TensorType;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Tensors to and from the bytes of files. */
final class Bytes {
    /** Most bytes handed over at once. */
    private static final long PIECE = 1L << 28;

    private Bytes() {}

    /** Rows of a tensor as a tensor of a file; the bytes are read when it is written. */
    static SafetensorsWriter.Tensor rows(String name, Tensor tensor, long from, long rows) {
        return rows(name, Ops.type(tensor), tensor.shape(), tensor::detach, from, rows);
    }

    /**
     * Rows of a tensor that is computed when it is written.
     *
     * @param type that it is written in
     * @param whole shape of the tensor
     * @param computed the tensor, of any type, in the scope around
     */
    static SafetensorsWriter.Tensor rows(
            String name, ScalarType type, long[] whole, Supplier<Tensor> computed, long from, long rows) {
        TensorType stored =
                switch (type) {
                    case BFloat16 -> TensorType.BF16;
                    case Half -> TensorType.F16;
                    case Float -> TensorType.F32;
                    default -> throw new IllegalArgumentException(name + " has the type " + type);
                };
        long[] shape = whole.clone();
        shape[0] = rows;
        TensorInfo info =
                new TensorInfo(name, stored, Arrays.stream(shape).boxed().toList());
        return new SafetensorsWriter.Tensor(info, sink -> {
            try (Grad off = Grad.off();
                    Scope scope = new Scope()) {
                Tensor plain = computed.get()
                        .detach()
                        .narrow(0, from, rows)
                        .cpu()
                        .to(type)
                        .contiguous();
                BytePointer pointer = new BytePointer(plain.data_ptr());
                for (long at = 0; at < plain.nbytes(); at += PIECE) {
                    long end = Math.min(plain.nbytes(), at + PIECE);
                    sink.write(pointer.position(at).limit(end).asByteBuffer());
                }
            }
        });
    }

    /** Copies a tensor of a file, bit for bit, into rows of a tensor of the same type. */
    static void read(TensorFile file, String name, Tensor into, long from, long rows) {
        try (Scope scope = new Scope()) {
            ByteBuffer bytes = file.raw(name);
            Tensor target = into.detach().narrow(0, from, rows);
            Tensor source =
                    torch.from_blob(new BytePointer(bytes), target.shape(), new TensorOptions(Ops.type(target)));
            target.copy_(source);
            // The mapping must live until it was copied.
            Reference.reachabilityFence(bytes);
        }
    }

    /** Whether a file's tensor has the type and shape of rows of a tensor. */
    static boolean fits(TensorInfo info, Tensor tensor, long rows) {
        long[] shape = tensor.shape();
        shape[0] = rows;
        boolean type = info.type() == (Ops.type(tensor) == ScalarType.BFloat16 ? TensorType.BF16 : TensorType.F32);
        return type && info.shape().equals(Arrays.stream(shape).boxed().toList());
    }
}
