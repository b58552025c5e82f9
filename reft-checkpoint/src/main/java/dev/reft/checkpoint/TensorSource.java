package dev.reft.checkpoint;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * Named tensors in open files. They are mapped one by one, read-only, and never copied through the heap; the files must
 * not be changed or shortened while they are in use (replace them by a rename instead).
 *
 * <p>Safe for several threads. What was mapped stays valid after {@link #close}.
 */
public abstract sealed class TensorSource implements AutoCloseable permits Checkpoint, TensorFile {
    /** For the formats of this package. */
    TensorSource() {}

    /** The tensors by name, in the files' order. */
    abstract Map<String, StoredTensor> stored();

    /**
     * Where the tensors are.
     *
     * @return the directory, or the single file
     */
    public abstract Path path();

    /** Releases the files; what was mapped stays valid. */
    @Override
    public abstract void close();

    /**
     * All tensors.
     *
     * @return in the order of the files
     */
    public Collection<TensorInfo> tensors() {
        return stored().values().stream().map(StoredTensor::info).toList();
    }

    /**
     * A tensor's type and shape.
     *
     * @param name its Hugging Face name
     * @return empty if the model has no such tensor
     */
    public Optional<TensorInfo> tensor(String name) {
        return Optional.ofNullable(stored().get(name)).map(StoredTensor::info);
    }

    /**
     * The bytes of a tensor of type F32, F16 or BF16: a read-only mapping of its part of the file in little-endian order,
     * or, for the queries and keys of a GGUF file, whose rows are in another order there, a copy outside of the heap.
     * Native code must not write to it, and must keep the buffer reachable as long as it reads.
     *
     * @param name its Hugging Face name
     * @return its bytes, {@link TensorInfo#bytes} of them
     * @throws CheckpointException if there is no such tensor, its type is another, or it is longer than 2^31 - 1 bytes
     */
    public ByteBuffer raw(String name) {
        return find(name).raw();
    }

    /**
     * Decodes a whole tensor.
     *
     * @param name its Hugging Face name
     * @param target where to, a heap or a direct buffer, with exactly {@link TensorInfo#elements} floats remaining
     * @throws CheckpointException if there is no such tensor, it holds no real numbers, or it is longer than 2^31 - 1
     *     bytes
     * @throws IllegalArgumentException if the target's remaining length is another
     */
    public void read(String name, FloatBuffer target) {
        StoredTensor tensor = find(name);
        if (target.remaining() != tensor.info().elements()) {
            throw new IllegalArgumentException("tensor '" + name + "' of shape "
                    + tensor.info().shape() + " does not fit into " + target.remaining() + " floats");
        }
        tensor.decode(0, target);
    }

    /**
     * Decodes some rows of a tensor, so that a large one can be converted piece by piece.
     *
     * @param name its Hugging Face name
     * @param firstRow index of the first row, of {@link TensorInfo#rows}
     * @param target where to; its remaining length is a whole number of rows
     * @throws CheckpointException as {@link #read(String, FloatBuffer)}
     * @throws IllegalArgumentException if the tensor has no such rows
     */
    public void readRows(String name, long firstRow, FloatBuffer target) {
        find(name).decode(firstRow, target);
    }

    /**
     * Decodes a whole tensor into an array.
     *
     * @param name its Hugging Face name
     * @return its elements, row-major
     * @throws CheckpointException as {@link #read(String, FloatBuffer)}, or if it has 2^31 - 8 elements or more
     */
    public float[] read(String name) {
        StoredTensor tensor = find(name);
        if (tensor.info().elements() > Integer.MAX_VALUE - 8) {
            throw new CheckpointException(
                    tensor.file(),
                    "tensor '" + name + "'",
                    "has " + tensor.info().elements() + " elements, more than an array holds");
        }
        float[] floats = new float[(int) tensor.info().elements()];
        tensor.decode(0, FloatBuffer.wrap(floats));
        return floats;
    }

    private StoredTensor find(String name) {
        StoredTensor tensor = stored().get(name);
        if (tensor == null) {
            throw new CheckpointException(path(), "tensor '" + Strings.clip(name) + "'", "is not in this model");
        }
        return tensor;
    }
}
