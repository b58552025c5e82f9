package dev.reft.checkpoint;

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
    }

    /**
     * Opens a file.
     *
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
    }
}
