package dev.reft.sandbox;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** One direction of the link between two guests, each in a thread of its own. Interrupting a thread ends its waiting. */
final class Pipe {
    private static final byte[] END = new byte[0];

    /** Messages are answered one by one, so few are ever waiting. */
    private final BlockingQueue<byte[]> parts = new ArrayBlockingQueue<>(64);

    private final Sink sink = new Sink();
    private final Source source = new Source();

    OutputStream sink() {
        return sink;
    }

    InputStream source() {
        return source;
    }

    /** The writing side has ended: the reader reads to the end, then sees it. */
    void end() {
        // Whoever reads drains first; if the queue is full, nobody reads any more or the reader makes room.
        while (!parts.offer(END)) {
            parts.poll();
        }
    }

    private final class Sink extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] data, int offset, int length) throws IOException {
            if (length == 0) {
                return;
            }
            byte[] part = new byte[length];
            System.arraycopy(data, offset, part, 0, length);
            try {
                parts.put(part);
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
    }

    private final class Source extends InputStream {
        private ByteArrayInputStream part = new ByteArrayInputStream(END);
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            while (part.available() == 0 && !ended) {
                try {
                    byte[] next = parts.take();
                    ended = next == END;
                    part = new ByteArrayInputStream(next);
                } catch (InterruptedException e) {
                    throw interrupted();
                }
            }
            return part.read(into, offset, length);
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("the link was cut");
    }
}
