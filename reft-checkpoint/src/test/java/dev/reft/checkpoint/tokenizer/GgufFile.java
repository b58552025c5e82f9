package dev.reft.checkpoint.tokenizer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the key-value pairs of a well-formed GGUF file, for tests of what is made of them. */
final class GgufFile {
    private final ByteBuffer in;

    private GgufFile(ByteBuffer in) {
        this.in = in;
    }

    static Map<String, Object> metadata(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer map = channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(channel.size(), 1 << 26));
            return new GgufFile(map.order(ByteOrder.LITTLE_ENDIAN)).read();
        }
    }

    private Map<String, Object> read() {
        in.position(16);
        long pairs = in.getLong();
        Map<String, Object> result = new LinkedHashMap<>();
        for (long i = 0; i < pairs; i++) {
            String key = string();
            result.put(key, value(in.getInt()));
        }
        return result;
    }

    private String string() {
        byte[] bytes = new byte[Math.toIntExact(in.getLong())];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Object value(int type) {
        return switch (type) {
            case 0, 1 -> (int) in.get();
            case 2, 3 -> (int) in.getShort();
            case 4, 5 -> in.getInt();
            case 6 -> in.getFloat();
            case 7 -> in.get() != 0;
            case 8 -> string();
            case 9 -> {
                int inner = in.getInt();
                long length = in.getLong();
                List<Object> list = new ArrayList<>();
                for (long i = 0; i < length; i++) {
                    list.add(value(inner));
                }
                yield list;
            }
            case 10, 11 -> in.getLong();
            case 12 -> in.getDouble();
            default -> throw new IllegalStateException("type " + type);
        };
    }
}
