package dev.reft.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A cursor over the mapped head of a GGUF file; whatever passes its end is refused before anything is allocated. */
final class GgufReader {
    private static final int MAX_NAME = 1 << 16;

    private final Path file;
    private final ByteBuffer bytes;

    /** Reads from the buffer's position on, leaving the buffer itself alone; positions are the file's. */
    GgufReader(Path file, ByteBuffer bytes) {
        this.file = file;
        this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    int position() {
        return bytes.position();
    }

    /** Another cursor over the same bytes. */
    GgufReader at(int position) {
        GgufReader other = new GgufReader(file, bytes);
        other.bytes.position(position);
        return other;
    }

    int u8(String field) {
        need(field, 1);
        return bytes.get() & 0xff;
    }

    int u16(String field) {
        need(field, 2);
        return bytes.getShort() & 0xffff;
    }

    int i32(String field) {
        need(field, 4);
        return bytes.getInt();
    }

    long i64(String field) {
        need(field, 8);
        return bytes.getLong();
    }

    /** An unsigned count of things that take at least so many bytes each, so it is refused if they cannot be there. */
    int count(String field, int leastBytes) {
        long count = i64(field);
        if (count < 0 || count > bytes.remaining() / leastBytes) {
            throw wrong(
                    field,
                    Long.toUnsignedString(count) + " of at least " + leastBytes + " bytes each pass the end of"
                            + " the file, where " + bytes.remaining() + " bytes remain");
        }
        return (int) count;
    }

    /** The name of a key or a tensor. */
    String name(String field) {
        int length = count(field + " length", 1);
        if (length == 0 || length > MAX_NAME) {
            throw wrong(field, "is " + length + " bytes long, not 1 to " + MAX_NAME);
        }
        return utf8(field, length);
    }

    String text(String field) {
        return utf8(field, count(field + " length", 1));
    }

    void skipText(String field) {
        skip(count(field + " length", 1));
    }

    void skip(int count) {
        bytes.position(bytes.position() + count);
    }

    private String utf8(String field, int length) {
        ByteBuffer part = bytes.slice(bytes.position(), length);
        skip(length);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(part)
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CheckpointException(file, field, "is not UTF-8", e);
        }
    }

    private void need(String field, int count) {
        if (bytes.remaining() < count) {
            throw wrong(field, "passes the end of the file");
        }
    }

    CheckpointException wrong(String field, String problem) {
        return new CheckpointException(file, field, problem);
    }
}
