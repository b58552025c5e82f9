package dev.reft.ppo;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Appends records to a file, one JSON object a line, flushed at once: {@code {"step": 3, "objective/scores": 0.5, ...}}.
 *
 * <p>A run that was killed and resumed writes some steps again; readers take the last line of a step. A last line without an end,
 * left by a killed process, is ended before the first new one.
 */
public final class MetricsWriter implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path file;
    private final BufferedWriter writer;

    /**
     * Opens a file to append to.
     *
     * @param file made if absent, with its folders
     * @throws UncheckedIOException if it cannot be opened
     */
    public MetricsWriter(Path file) {
        this.file = file;
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            boolean open = !endsWithNewline(file);
            writer = Files.newBufferedWriter(
                    file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            if (open) {
                writer.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException("opening " + file, e);
        }
    }

    private static boolean endsWithNewline(Path file) throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            return true;
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            channel.position(channel.size() - 1).read(last);
            return last.get(0) == '\n';
        }
    }

    /**
     * Writes a report.
     *
     * @param report the report; numbers that are not finite are written as strings, which JSON has instead
     * @throws UncheckedIOException if writing fails
     */
    public void write(StepReport report) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", report.step());
        line.putAll(report.metrics());
        write(line);
    }

    /**
     * Writes any record, such as a graded answer for an audit.
     *
     * @param line names to numbers, text, lists or maps
     * @throws UncheckedIOException if writing fails
     */
    public void write(Map<String, ?> line) {
        try {
            writer.write(JSON.writeValueAsString(line));
            writer.write('\n');
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file, e);
        }
    }

    /** Closes the file. */
    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw new UncheckedIOException("closing " + file, e);
        }
    }
}
