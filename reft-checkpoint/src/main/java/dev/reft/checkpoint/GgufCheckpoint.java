package dev.reft.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/** A GGUF file, seen as a Hugging Face model. */
final class GgufCheckpoint extends Checkpoint {
    private final Path file;
    private final FileChannel channel;
    private final GgufMetadata metadata;
    private final ModelConfig config;
    private final Map<String, StoredTensor> tensors;

    private GgufCheckpoint(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        GgufFile gguf = GgufFile.read(file, channel);
        this.metadata = gguf.metadata();
        this.config = GgufConfig.read(gguf);
        this.tensors = renamed(gguf.tensors());
    }

    static GgufCheckpoint openAt(Path file) {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                return new GgufCheckpoint(file, channel);
            } catch (IOException | RuntimeException | Error e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }

    private Map<String, StoredTensor> renamed(Map<String, StoredTensor> found) {
        Map<String, StoredTensor> renamed = new LinkedHashMap<>();
        for (StoredTensor tensor : found.values()) {
            String stored = tensor.stored();
            if (stored.equals("rope_freqs.weight")) {
                continue; // read into the configuration
            }
            String name = GgufNames.huggingFace(stored, config.layers())
                    .orElseThrow(() -> new CheckpointException(
                            file, "tensor '" + Strings.clip(stored) + "'", "is not one of a llama's"));
            // a bias's elements are permuted like the rows of its matrix
            TensorInfo info = tensor.info();
            boolean permuted = stored.contains(".attn_q.") || stored.contains(".attn_k.");
            LongUnaryOperator order = StoredTensor.AS_STORED;
            if (permuted) {
                int heads = stored.contains(".attn_q.")
                        ? config.attention().heads()
                        : config.attention().keyValueHeads();
                long length = info.shape().get(0);
                if (length != (long) heads * config.attention().headDim()) {
                    throw new CheckpointException(
                            file,
                            "tensor '" + Strings.clip(stored) + "'",
                            "has shape " + info.shape() + " where " + heads + " heads of "
                                    + config.attention().headDim() + " should be");
                }
                order = halfSplit(config.attention().headDim());
            }
            renamed.put(
                    name,
                    new StoredTensor(
                            new TensorInfo(name, info.type(), info.shape()),
                            stored,
                            file,
                            tensor.channel(),
                            tensor.position(),
                            order));
        }
        return Collections.unmodifiableMap(renamed);
    }

    /**
     * Where row i of the half-split form lies in the interleaved form that the converter of llama.cpp writes: pair p of
     * a head is (p, p + d/2) here and (2p, 2p + 1) there.
     */
    static LongUnaryOperator halfSplit(int headDim) {
        return row -> {
            long inHead = row % headDim;
            long half = inHead / (headDim / 2);
            return row - inHead + 2 * (inHead % (headDim / 2)) + half;
        };
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public GenerationConfig generation() {
        return GenerationConfig.NONE;
    }

    @Override
    public Path path() {
        return file;
    }

    @Override
    public Optional<GgufMetadata> ggufMetadata() {
        return Optional.of(metadata);
    }

    @Override
    Map<String, StoredTensor> stored() {
        return tensors;
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
