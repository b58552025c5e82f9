package dev.reft.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One open GGUF file, version 2 or 3, little-endian: its metadata, and its tensors under their own names with the
 * outermost dimension first (the file has the innermost first). Tensors must lie one after the other, each aligned, as
 * ggml demands.
 */
final class GgufFile {
    private static final int MAGIC = 0x46554747;
    private static final int LEAST_VALUE_BYTES = 8 + 1 + 4 + 1;
    private static final int LEAST_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;
    private static final int MAX_DIMENSIONS = 4;
    private static final long MAX_ALIGNMENT = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final long size;
    private final GgufReader in;
    private final GgufMetadata metadata;
    private final Map<String, StoredTensor> tensors;

    private GgufFile(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.size = channel.size();
        // mapped, so that a head of any length takes address space only
        ByteBuffer head = channel.map(MapMode.READ_ONLY, 0, Math.min(size, Integer.MAX_VALUE));
        this.in = new GgufReader(file, head);
        checkVersion();
        int tensorCount = in.count("tensor count", LEAST_TENSOR_BYTES);
        int valueCount = in.count("metadata count", LEAST_VALUE_BYTES);
        this.metadata = readMetadata(valueCount);
        this.tensors = readTensors(tensorCount);
    }

    /** Reads and checks the head; the channel stays the caller's. */
    static GgufFile read(Path file, FileChannel channel) throws IOException {
        return new GgufFile(file, channel);
    }

    GgufMetadata metadata() {
        return metadata;
    }

    Map<String, StoredTensor> tensors() {
        return tensors;
    }

    private void checkVersion() {
        int magic = in.i32("magic");
        if (magic != MAGIC) {
            throw in.wrong("magic", "is not 'GGUF'");
        }
        int version = in.i32("version");
        if ((version & 0xffff) == 0 && version != 0) {
            throw in.wrong("version", "is big-endian, which is not supported");
        }
        if (version != 2 && version != 3) {
            throw in.wrong("version", Integer.toUnsignedString(version) + " is not supported; known are 2 and 3");
        }
    }

    private GgufMetadata readMetadata(int count) {
        Map<String, GgufValue> values = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String key = in.name("metadata key " + i);
            if (values.put(key, GgufValue.read(in, Strings.clip(key))) != null) {
                throw in.wrong(Strings.clip(key), "is there twice");
            }
        }
        return new GgufMetadata(file, in, values);
    }

    private Map<String, StoredTensor> readTensors(int count) {
        long alignment = metadata.integer("general.alignment").orElse(32);
        if (alignment < 8 || alignment > MAX_ALIGNMENT || Long.bitCount(alignment) != 1) {
            throw in.wrong("general.alignment", alignment + " is not a power of two from 8 to " + MAX_ALIGNMENT);
        }
        List<TensorInfo> infos = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = in.name("tensor name " + i);
            infos.add(info(name));
            offsets.add(in.i64("tensor '" + Strings.clip(name) + "' offset"));
        }
        return place(infos, offsets, alignment);
    }

    private TensorInfo info(String name) {
        String where = "tensor '" + Strings.clip(name) + "'";
        int dimensions = in.i32(where + " dimension count");
        if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
            throw in.wrong(where + " dimension count", Integer.toUnsignedString(dimensions) + " is not 1 to 4");
        }
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < dimensions; i++) {
            long dimension = in.i64(where + " dimension " + i);
            if (dimension < 1) {
                throw in.wrong(where + " dimension " + i, Long.toUnsignedString(dimension) + " is out of range");
            }
            shape.add(0, dimension);
        }
        TensorType type = type(where, in.i32(where + " type"));
        try {
            return new TensorInfo(name, type, shape);
        } catch (IllegalArgumentException e) {
            throw in.wrong(where + " shape", e.getMessage() + "");
        }
    }

    private TensorType type(String where, int type) {
        return switch (type) {
            case 0 -> TensorType.F32;
            case 1 -> TensorType.F16;
            case 2 -> TensorType.Q4_0;
            case 3 -> TensorType.Q4_1;
            case 6 -> TensorType.Q5_0;
            case 7 -> TensorType.Q5_1;
            case 8 -> TensorType.Q8_0;
            case 10 -> TensorType.Q2_K;
            case 11 -> TensorType.Q3_K;
            case 12 -> TensorType.Q4_K;
            case 13 -> TensorType.Q5_K;
            case 14 -> TensorType.Q6_K;
            case 20 -> TensorType.IQ4_NL;
            case 23 -> TensorType.IQ4_XS;
            case 24 -> TensorType.I8;
            case 25 -> TensorType.I16;
            case 26 -> TensorType.I32;
            case 27 -> TensorType.I64;
            case 28 -> TensorType.F64;
            case 30 -> TensorType.BF16;
            default -> throw in.wrong(where + " type", Integer.toUnsignedString(type) + " is not supported");
        };
    }

    private Map<String, StoredTensor> place(List<TensorInfo> infos, List<Long> offsets, long alignment) {
        long start = aligned(in.position(), alignment);
        long end = 0;
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < infos.size(); i++) {
            TensorInfo info = infos.get(i);
            String where = "tensor '" + Strings.clip(info.name()) + "'";
            if (offsets.get(i) != aligned(end, alignment)) {
                throw in.wrong(
                        where + " offset",
                        Long.toUnsignedString(offsets.get(i)) + " is not " + aligned(end, alignment)
                                + ", where the tensor before it ends");
            }
            if (info.bytes() > size - start - offsets.get(i)) {
                throw in.wrong(
                        where,
                        info.bytes() + " bytes from " + (start + offsets.get(i))
                                + " on pass the end of the file, which has " + size);
            }
            end = offsets.get(i) + info.bytes();
            StoredTensor tensor =
                    new StoredTensor(info, info.name(), file, channel, start + offsets.get(i), StoredTensor.AS_STORED);
            if (tensors.put(info.name(), tensor) != null) {
                throw in.wrong(where, "is there twice");
            }
        }
        return Collections.unmodifiableMap(tensors);
    }

    private static long aligned(long position, long alignment) {
        return (position + alignment - 1) / alignment * alignment;
    }
}
