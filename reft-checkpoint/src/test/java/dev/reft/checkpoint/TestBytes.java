package dev.reft.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Little-endian bytes, put together by hand. */
final class TestBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    TestBytes u8(int value) {
        out.write(value);
        return this;
    }

    TestBytes i32(int value) {
        return raw(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    TestBytes i64(long value) {
        return raw(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }

    TestBytes raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    TestBytes ascii(String text) {
        return raw(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A GGUF string: 8 bytes of length, then the text. */
    TestBytes text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return i64(bytes.length).raw(bytes);
    }

    TestBytes zeros(int count) {
        return raw(new byte[count]);
    }

    TestBytes align(int alignment) {
        return zeros((alignment - out.size() % alignment) % alignment);
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /** A safetensors file of a header and so many bytes of data. */
    static byte[] safetensors(String header, int data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return new TestBytes().i64(json.length).raw(json).zeros(data).bytes();
    }

    static Path write(Path file, byte[] bytes) {
        try {
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path write(Path file, String text) {
        return write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
