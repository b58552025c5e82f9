package dev.reft.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;

/** Keeps what a guest writes, and ends it when that is too much. */
final class BoundedOutput extends OutputStream {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final int most;

    BoundedOutput(int most) {
        this.most = most;
    }

    @Override
    public void write(int b) {
        room(1);
        kept.write(b);
    }

    @Override
    public void write(byte[] data, int offset, int length) {
        room(length);
        kept.write(data, offset, length);
    }

    byte[] bytes() {
        return kept.toByteArray();
    }

    private void room(int length) {
        if (length > most - kept.size()) {
            throw new Ended(Ended.Kind.OUTPUT);
        }
    }
}
