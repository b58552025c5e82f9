package dev.reft.ppo;

import dev.reft.io.AtomicFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** The file of a {@link ReferenceCache}: a magic number, the fingerprint, the numbers by key, and a checksum of all that. */
final class ReferenceCacheFile {
    private static final long MAGIC = 0x7265_6674_7265_6631L; // reftref1

    /** What is kept. */
    record Content(List<Double> fingerprint, Map<RowKey, Double> sums, Map<RowKey, float[]> tokens) {}

    private ReferenceCacheFile() {}

    static void write(Path file, Content content) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (DataOutputStream out = new DataOutputStream(bytes)) {
                out.writeLong(MAGIC);
                out.writeInt(content.fingerprint().size());
                for (double number : content.fingerprint()) {
                    out.writeDouble(number);
                }
                out.writeInt(content.sums().size());
                for (Map.Entry<RowKey, Double> entry : content.sums().entrySet()) {
                    write(out, entry.getKey());
                    out.writeDouble(entry.getValue());
                }
                out.writeInt(content.tokens().size());
                for (Map.Entry<RowKey, float[]> entry : content.tokens().entrySet()) {
                    write(out, entry.getKey());
                    Wire.write(out, entry.getValue());
                }
                out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
            }
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            AtomicFiles.writeFile(
                    file, channel -> AtomicFiles.writeFully(channel, ByteBuffer.wrap(bytes.toByteArray())));
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file, e);
        }
    }

    /** Null if there is no file. */
    static @Nullable Content read(Path file) {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            byte[] bytes = Files.readAllBytes(file);
            ByteBuffer ends = ByteBuffer.wrap(bytes);
            if (bytes.length < 2 * Long.BYTES || ends.getLong(0) != MAGIC) {
                throw new IllegalArgumentException(file + " is no cache of reference log-probabilities");
            }
            int length = bytes.length - Long.BYTES;
            if (ends.getLong(length) != checksum(bytes, length)) {
                throw new IllegalArgumentException(file + " is damaged: its checksum is not that of its content");
            }
            return content(new DataInputStream(new ByteArrayInputStream(bytes, Long.BYTES, length - Long.BYTES)));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    private static Content content(DataInputStream in) throws IOException {
        List<Double> fingerprint = new ArrayList<>();
        for (int n = in.readInt(); n > 0; n--) {
            fingerprint.add(in.readDouble());
        }
        Map<RowKey, Double> sums = new HashMap<>();
        for (int n = in.readInt(); n > 0; n--) {
            sums.put(key(in), in.readDouble());
        }
        Map<RowKey, float[]> tokens = new HashMap<>();
        for (int n = in.readInt(); n > 0; n--) {
            tokens.put(key(in), Wire.floats(in));
        }
        return new Content(fingerprint, sums, tokens);
    }

    private static void write(DataOutputStream out, RowKey key) throws IOException {
        out.writeLong(key.high());
        out.writeLong(key.low());
    }

    private static RowKey key(DataInputStream in) throws IOException {
        return new RowKey(in.readLong(), in.readLong());
    }

    private static long checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }
}
