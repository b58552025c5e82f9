package dev.reft.onnx.graph;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A protobuf message that is being encoded: fields are appended in the order of the calls. */
final class ProtoMessage {
    private static final int VARINT = 0;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Appends an integer, an enum or a truth value. */
    ProtoMessage number(int field, long value) {
        varint((long) field << 3 | VARINT);
        varint(value);
        return this;
    }

    /** Appends a float. */
    ProtoMessage real(int field, float value) {
        varint((long) field << 3 | FIXED32);
        int bits = Float.floatToIntBits(value);
        for (int shift = 0; shift < 32; shift += 8) {
            bytes.write(bits >>> shift);
        }
        return this;
    }

    /** Appends a string. */
    ProtoMessage text(int field, String value) {
        return raw(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Appends a message within this one. */
    ProtoMessage message(int field, ProtoMessage value) {
        return raw(field, value.toBytes());
    }

    /** Appends bytes. */
    ProtoMessage raw(int field, byte[] value) {
        begin(field, value.length);
        bytes.writeBytes(value);
        return this;
    }

    /** Begins a field of bytes or of a message whose content follows elsewhere. */
    ProtoMessage begin(int field, long length) {
        varint((long) field << 3 | LENGTH);
        varint(length);
        return this;
    }

    /** Appends what another message holds. */
    ProtoMessage all(ProtoMessage other) {
        bytes.writeBytes(other.toBytes());
        return this;
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }

    int size() {
        return bytes.size();
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
