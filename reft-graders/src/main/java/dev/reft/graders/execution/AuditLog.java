package dev.reft.graders.execution;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file of JSON lines to which gradings are added, one line each. It holds whole lines only: each is written at once under a lock, one
 * that could not be written whole is cut off again, and so is one that an earlier run left torn. One writer at a time.
 */
public final class AuditLog implements AutoCloseable {
    // Escapes keep lone surrogates, which UTF-8 cannot.
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final Path file;
    // Not a channel: an interrupt that ends a grading would close a channel that is being written.
    private final RandomAccessFile out;
    private final Object lock = new Object();
    private long end;

    private AuditLog(Path file, RandomAccessFile out, long end) {
        this.file = file;
        this.out = out;
        this.end = end;
    }

    /**
     * Opens a log, making the file if there is none.
     *
     * @param file in a folder that is there
     * @return the log, at the end of what is in it
     * @throws IOException if it cannot be opened, or another writer has it
     */
    public static AuditLog open(Path file) throws IOException {
        RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw");
        try {
            // Held until the file is closed.
            if (out.getChannel().tryLock() == null) {
                throw new IOException("another process writes the audit log " + file);
            }
            long end = endOfLines(out);
            out.setLength(end);
            return new AuditLog(file, out, end);
        } catch (OverlappingFileLockException e) {
            out.close();
            throw new IOException("the audit log " + file + " is open already", e);
        } catch (IOException | RuntimeException e) {
            out.close();
            throw e;
        }
    }

    /** The position after the last line feed. */
    private static long endOfLines(RandomAccessFile in) throws IOException {
        byte[] block = new byte[8192];
        for (long end = in.length(); end > 0; ) {
            int size = (int) Math.min(block.length, end);
            in.seek(end - size);
            in.readFully(block, 0, size);
            for (int i = size - 1; i >= 0; i--) {
                if (block[i] == '\n') {
                    return end - size + i + 1;
                }
            }
            end -= size;
        }
        return 0;
    }

    /**
     * Adds a line.
     *
     * @param entry names and values: texts, finite numbers, truth values, lists and maps of these
     * @throws IOException if it cannot be written; nothing of it is in the file then
     */
    public void write(Map<String, ?> entry) throws IOException {
        byte[] line = (JSON.writeValueAsString(entry) + "\n").getBytes(StandardCharsets.UTF_8);
        synchronized (lock) {
            try {
                out.seek(end);
                out.write(line);
            } catch (IOException e) {
                cutBack(e);
                throw new IOException("cannot write the audit log " + file, e);
            }
            end += line.length;
        }
    }

    private void cutBack(IOException failure) {
        try {
            out.setLength(end);
        } catch (IOException e) {
            // The next opening cuts the torn line off.
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (lock) {
            out.close();
        }
    }
}
