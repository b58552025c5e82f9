package dev.reft.torch;

import dev.reft.checkpoint.Checkpoint;
import dev.reft.checkpoint.TensorInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The tensors of a checkpoint on disk, on mapped memory where the engine knows the type. */
final class CheckpointSource implements WeightSource {
    private final Checkpoint checkpoint;
    /** Mapped buffers: nothing else keeps them from being collected, and unmapped memory reads as zeros. */
    private final List<ByteBuffer> mapped = new ArrayList<>();

    /** Takes ownership of the checkpoint. */
    CheckpointSource(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    @Override
    public boolean has(String name) {
        return checkpoint.tensor(name).isPresent();
    }

    @Override
    public Tensor read(String name, long... shape) {
        TensorInfo info = checkpoint
                .tensor(name)
                .orElseThrow(() ->
                        new IllegalArgumentException(checkpoint.path() + ": the tensor '" + name + "' is missing"));
        long[] found = info.shape().stream().mapToLong(Long::longValue).toArray();
        if (!Arrays.equals(found, shape)) {
            throw new IllegalArgumentException(checkpoint.path() + ": the tensor '" + name + "' has the shape "
                    + Arrays.toString(found) + ", the configuration says " + Arrays.toString(shape));
        }
        return info.type().isRaw() ? mapped(name, info, shape) : decoded(name, shape);
    }

    private Tensor mapped(String name, TensorInfo info, long[] shape) {
        ByteBuffer bytes = checkpoint.raw(name);
        mapped.add(bytes);
        ScalarType type =
                switch (info.type()) {
                    case F16 -> ScalarType.Half;
                    case BF16 -> ScalarType.BFloat16;
                    default -> ScalarType.Float;
                };
        return torch.from_blob(new BytePointer(bytes), shape, new TensorOptions(type));
    }

    private Tensor decoded(String name, long[] shape) {
        Tensor tensor = torch.empty(shape, new TensorOptions(ScalarType.Float), null);
        checkpoint.read(
                name,
                new FloatPointer(tensor.data_ptr()).capacity(tensor.numel()).asBuffer());
        return tensor;
    }

    @Override
    public void close() {
        mapped.clear();
        checkpoint.close();
    }
}
