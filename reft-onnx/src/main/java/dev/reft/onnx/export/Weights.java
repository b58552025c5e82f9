package dev.reft.onnx.export;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.TensorInfo;
import dev.reft.checkpoint.TensorSource;
import dev.reft.checkpoint.TensorType;
import dev.reft.onnx.graph.Initializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/** Tensors of a model's files as tensors of a graph, in fp32, decoded piece by piece while they are written. */
final class Weights {
    /** Floats that are decoded at a time, unless a row has more. */
    private static final int CHUNK = 1 << 20;

    private final TensorSource source;
    private final String base;
    private final boolean bare;

    /**
     * The tensors of a source.
     *
     * @param base what most names begin with; files that hold a decoder without its head lack it
     * @param embedding after the base, a tensor that every model has
     */
    Weights(TensorSource source, String base, String embedding) {
        this.source = source;
        this.base = base;
        this.bare = source.tensor(base + embedding).isEmpty()
                && source.tensor(embedding).isPresent();
    }

    /**
     * A tensor.
     *
     * @param name its Hugging Face name, with the base
     * @param shape that it must have
     * @throws CheckpointException if the source has no such tensor, or one of another shape
     */
    Initializer of(String name, List<Long> shape) {
        String stored = bare && name.startsWith(base) ? name.substring(base.length()) : name;
        TensorInfo info = source.tensor(stored)
                .orElseThrow(() ->
                        new CheckpointException(source.path(), "tensor '" + stored + "'", "is not in this model"));
        if (!info.shape().equals(shape)) {
            throw new CheckpointException(
                    source.path(), "tensor '" + stored + "'", "has the shape " + info.shape() + ", not " + shape);
        }
        return Initializer.floats(name, shape, channel -> write(info, channel));
    }

    private void write(TensorInfo info, WritableByteChannel channel) throws IOException {
        if (info.type() == TensorType.F32) {
            channel.write(source.raw(info.name()));
            return;
        }
        long row = info.rowElements();
        long rows = info.rows();
        int step = (int) Math.max(1, Math.min(rows, CHUNK / row));
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact(step * row * Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        for (long from = 0; from < rows; from += step) {
            int count = (int) (Math.min(step, rows - from) * row);
            FloatBuffer floats = bytes.clear().asFloatBuffer().limit(count);
            source.readRows(info.name(), from, floats);
            channel.write(bytes.limit(count * Float.BYTES));
        }
    }
}
