package dev.reft.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;

/**
 * One safetensors file on its own, such as an adapter's or a training state's. Opening reads and checks the header only;
 * tensors are mapped one by one.
 */
public final class TensorFile implements AutoCloseable {
    private final SafetensorsFile file;

    private TensorFile(SafetensorsFile file) {
        this.file = file;
    }

    /**
     * Opens a file.
     *
     * @param path a {@code .safetensors} file
     * @return the file, to be closed
     * @throws CheckpointException if it is missing or malformed
     */
    public static TensorFile open(Path path) {
        return new TensorFile(SafetensorsFile.open(path));
    }

    /**
     * All tensors.
     *
     * @return in the order of the file
     */
    public Collection<TensorInfo> tensors() {
        return file.tensors().values().stream().map(StoredTensor::info).toList();
    }

    /**
     * The bytes of a tensor of type F32, F16 or BF16: a read-only mapping in little-endian order. Native code must not
     * write to it, and must keep the buffer reachable as long as it reads.
     *
     * @param name the tensor's name
     * @return its bytes
     * @throws CheckpointException if there is no such tensor or its type is another
     */
    public ByteBuffer raw(String name) {
        StoredTensor tensor = file.tensors().get(name);
        if (tensor == null) {
            throw new CheckpointException(file.file(), "tensor '" + Strings.clip(name) + "'", "is not in this file");
        }
        return tensor.raw();
    }

    /** Releases the file; what was mapped stays valid. */
    @Override
    public void close() {
        file.close();
    }
}
