package dev.reft.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads the header of a safetensors file: 8 bytes of length, little-endian, then JSON from names to type, shape and
 * offsets into the rest of the file. The tensors must fill that rest without gap or overlap, each must be as long as its
 * type and shape say.
 */
final class SafetensorsHeader {
    /** The format's own limit. */
    static final long MAX_HEADER = 100_000_000;

    private static final int MAX_DIMENSIONS = 16;

    private final Path file;
    private final FileChannel channel;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

    /** Reads and checks the header of an open file. */
    SafetensorsHeader(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        read();
    }

    Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    Map<String, StoredTensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    private void read() throws IOException {
        long size = channel.size();
        long length = length(size);
        long start = 8 + length;
        byte[] first = new byte[1];
        if (length == 0 || channel.read(ByteBuffer.wrap(first), 8) != 1 || first[0] != '{') {
            throw wrong("header", "does not start with '{'");
        }
        JsonText.parse(file, "header", new Region(channel, 8, length), parser -> {
            readEntries(parser, start, size - start);
            return true;
        });
        checkCoverage(start, size);
    }

    private long length(long size) throws IOException {
        if (size < 8) {
            throw wrong("header length", "is missing: the file has " + size + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {}
        long length = bytes.flip().getLong();
        if (length < 0 || length > MAX_HEADER) {
            throw wrong(
                    "header length",
                    Long.toUnsignedString(length) + " is more than the " + MAX_HEADER
                            + " bytes that the format allows");
        }
        if (length > size - 8) {
            throw wrong("header length", length + " passes the end of the file, which has " + size + " bytes");
        }
        return length;
    }

    private void readEntries(JsonParser parser, long start, long available) throws IOException {
        JsonText.expect(parser, parser.nextToken(), JsonToken.START_OBJECT);
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_OBJECT; token = parser.nextToken()) {
            JsonText.expect(parser, token, JsonToken.PROPERTY_NAME);
            String name = parser.currentName();
            Map<String, @Nullable Object> fields = JsonText.object(parser);
            if (name.equals("__metadata__")) {
                readMetadata(fields);
            } else {
                tensors.put(name, tensor(name, fields, start, available));
            }
        }
    }

    private void readMetadata(Map<String, @Nullable Object> fields) {
        for (Map.Entry<String, @Nullable Object> entry : fields.entrySet()) {
            if (!(entry.getValue() instanceof String text)) {
                throw wrong("__metadata__." + Strings.clip(entry.getKey()), "must be a string");
            }
            metadata.put(entry.getKey(), text);
        }
    }

    private StoredTensor tensor(String name, Map<String, @Nullable Object> fields, long start, long available) {
        String where = "tensor '" + Strings.clip(name) + "'";
        if (fields.size() != 3) {
            throw wrong(
                    where, "must have dtype, shape and data_offsets only, not " + Strings.clip(fields.keySet() + ""));
        }
        TensorType type = type(where, fields.get("dtype"));
        List<Long> shape = longs(where + " shape", fields.get("shape"));
        List<Long> offsets = longs(where + " data_offsets", fields.get("data_offsets"));
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1) || offsets.get(1) > available) {
            throw wrong(where + " data_offsets", offsets + " must be a begin and an end of at most " + available);
        }
        TensorInfo info;
        try {
            info = new TensorInfo(name, type, shape);
        } catch (IllegalArgumentException e) {
            throw wrong(where + " shape", e.getMessage() + "");
        }
        long length = offsets.get(1) - offsets.get(0);
        if (info.bytes() != length) {
            throw wrong(
                    where + " data_offsets",
                    "hold " + length + " bytes where " + type + " of shape " + shape + " takes " + info.bytes());
        }
        return new StoredTensor(info, name, file, channel, start + offsets.get(0), StoredTensor.AS_STORED);
    }

    private TensorType type(String where, @Nullable Object value) {
        String name = value instanceof String text ? text : "";
        return switch (name) {
            case "F64", "F32", "F16", "BF16", "BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64" ->
                TensorType.valueOf(name);
            case "F8_E4M3", "F8_E5M2" -> TensorType.valueOf(name);
            default -> throw wrong(where + " dtype", "'" + Strings.clip(value + "") + "' is not known");
        };
    }

    private List<Long> longs(String where, @Nullable Object value) {
        if (!(value instanceof List<?> list) || list.size() > MAX_DIMENSIONS) {
            throw wrong(where, "must be a list of at most " + MAX_DIMENSIONS + " integers");
        }
        List<Long> longs = new ArrayList<>();
        for (Object item : list) {
            boolean integer = item instanceof Integer || item instanceof Long;
            if (!integer || ((Number) item).longValue() < 0) {
                throw wrong(where, "must hold integers of 0 or more, not " + Strings.clip(item + ""));
            }
            longs.add(((Number) item).longValue());
        }
        return longs;
    }

    private void checkCoverage(long start, long size) {
        List<StoredTensor> sorted = new ArrayList<>(tensors.values());
        sorted.sort(Comparator.comparingLong(StoredTensor::position)
                .thenComparingLong(tensor -> tensor.info().bytes()));
        long end = start;
        for (StoredTensor tensor : sorted) {
            if (tensor.position() != end) {
                throw wrong(
                        "tensor '" + Strings.clip(tensor.stored()) + "' data_offsets",
                        (tensor.position() < end ? "overlap another tensor's" : "leave a gap before them") + ": begin "
                                + (tensor.position() - start) + " after an end of " + (end - start));
            }
            end += tensor.info().bytes();
        }
        if (end != size) {
            throw wrong("data", (size - end) + " bytes at the end of the file belong to no tensor");
        }
    }

    private CheckpointException wrong(String field, String problem) {
        return new CheckpointException(file, field, problem);
    }

    /** A part of a file as a stream. */
    private static final class Region extends InputStream {
        private final FileChannel channel;
        private final long end;
        private long position;

        Region(FileChannel channel, long start, long length) {
            this.channel = channel;
            this.position = start;
            this.end = start + length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int wanted = (int) Math.min(length, end - position);
            if (wanted <= 0) {
                return length == 0 ? 0 : -1;
            }
            int count = channel.read(ByteBuffer.wrap(target, offset, wanted), position);
            position += Math.max(count, 0);
            return count;
        }
    }
}
