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
import java.util.Optional;

/** Tensors of a model's files as tensors of a graph, in fp32, decoded piece by piece while they are written. */
final class Weights {
    /** Floats that are decoded at a time, unless a row has more. */
    private static final int CHUNK = 1 << 20;

    private final TensorSource source;
    private final String base;
    private final Optional<AddedAdapter> adapter;
    private final boolean bare;

    /**
     * The tensors of a source.
     *
     * @param base what most names begin with; files that hold a decoder without its head lack it
     * @param embedding after the base, a tensor that every model has
     * @param adapter that is added to them
     */
    Weights(TensorSource source, String base, String embedding, Optional<AddedAdapter> adapter) {
        this.source = source;
        this.base = base;
        this.adapter = adapter;
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
        if (adapter.isPresent() && adapter.get().replaces(name)) {
            return Initializer.floats(
                    name, shape, channel -> write(adapter.get().saved(name), channel));
        }
        Optional<AddedAdapter.Layer> added = adapter.flatMap(low -> low.layer(name));
        return Initializer.floats(name, shape, channel -> write(info, added, channel));
    }

    private static void write(float[] numbers, WritableByteChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Math.min(numbers.length, CHUNK), Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < numbers.length; from += CHUNK) {
            int count = Math.min(CHUNK, numbers.length - from);
            bytes.clear().asFloatBuffer().put(numbers, from, count);
            channel.write(bytes.limit(count * Float.BYTES));
        }
    }

    private void write(TensorInfo info, Optional<AddedAdapter.Layer> added, WritableByteChannel channel)
            throws IOException {
        if (info.type() == TensorType.F32 && added.isEmpty()) {
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
            if (added.isPresent()) {
                added.get().addTo(bytes.clear().asFloatBuffer().limit(count), from);
            }
            channel.write(bytes.limit(count * Float.BYTES));
        }
    }
}
