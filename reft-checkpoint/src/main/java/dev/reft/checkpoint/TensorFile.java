package dev.reft.checkpoint;

<<<<<<< HEAD
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
=======
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * One open safetensors file on its own, such as an adapter's or a training state's. Opening reads and checks the header: what it says must fit the file's length exactly, without
 * gaps or overlaps.
 */
public final class TensorFile extends TensorSource {
    private final Path file;
    private final FileChannel channel;
    private final SafetensorsHeader header;

    private TensorFile(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.header = new SafetensorsHeader(file, channel);
>>>>>>> h/text
    }

    /**
     * Opens a file.
     *
<<<<<<< HEAD
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
=======
     * @param file a safetensors file
     * @return the file, to be closed
     * @throws CheckpointException if it cannot be read, or is malformed
     */
    public static TensorFile open(Path file) {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                return new TensorFile(file, channel);
            } catch (IOException | RuntimeException | Error e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }

    /**
     * The file's own free text, such as {@code format}.
     *
     * @return by key, empty where there is none
     */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    @Override
    public Path path() {
        return file;
    }

    @Override
    Map<String, StoredTensor> stored() {
        return header.tensors();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
>>>>>>> h/text
    }
}
