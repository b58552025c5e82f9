package dev.reft.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/** A GGUF file, seen as a Hugging Face model. */
final class GgufCheckpoint extends Checkpoint {
    private final Path file;
    private final FileChannel channel;
    private final GgufMetadata metadata;
    private final ModelConfig config;
    private final GgufKind kind;
    private final Map<String, StoredTensor> tensors;

    private GgufCheckpoint(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        GgufFile gguf = GgufFile.read(file, channel);
        this.metadata = gguf.metadata();
        this.config = GgufConfig.read(gguf);
        this.kind = GgufConfig.kind(metadata);
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
        GgufNames names = new GgufNames(kind);
        Map<String, StoredTensor> renamed = new LinkedHashMap<>();
        for (StoredTensor tensor : found.values()) {
            String stored = tensor.stored();
            if (stored.equals("rope_freqs.weight")) {
                continue; // read into the configuration
            }
            String name = names.huggingFace(stored, config.layers())
                    .orElseThrow(() -> new CheckpointException(
                            file, "tensor '" + Strings.clip(stored) + "'", "is not one of a " + kind.label() + "'s"));
            renamed.put(name, seen(tensor, name));
        }
        return Collections.unmodifiableMap(renamed);
    }

    /** The tensor under its Hugging Face name, in Hugging Face's order. */
    private StoredTensor seen(StoredTensor tensor, String name) {
        String stored = tensor.stored();
        TensorInfo info =
                new TensorInfo(name, tensor.info().type(), tensor.info().shape());
        StoredTensor same = new StoredTensor(info, stored, file, tensor.channel(), tensor.position(), order(tensor));
        boolean matrix = stored.startsWith("blk.") && info.shape().size() == 2;
        return kind == GgufKind.GPT2 && matrix ? same.transposed() : same;
    }

    private LongUnaryOperator order(StoredTensor tensor) {
        String stored = tensor.stored();
        boolean queries = stored.contains(".attn_q.");
        if (!kind.interleaved() || !(queries || stored.contains(".attn_k."))) {
            return StoredTensor.AS_STORED;
        }
        // a bias's elements are permuted like the rows of its matrix
        AttentionConfig attention = config.attention();
        int heads = queries ? attention.heads() : attention.keyValueHeads();
        List<Long> shape = tensor.info().shape();
        if (shape.get(0) != (long) heads * attention.headDim()) {
            throw new CheckpointException(
                    file,
                    "tensor '" + Strings.clip(stored) + "'",
                    "has shape " + shape + " where " + heads + " heads of " + attention.headDim() + " should be");
        }
        return halfSplit(attention.headDim());
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
