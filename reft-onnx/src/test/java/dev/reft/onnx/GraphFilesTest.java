package dev.reft.onnx;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraphFilesTest {
    /** Three gigabytes of holes, which must not be read into memory. */
    @Test
    void aHugeConfigurationIsRefusedUnread(@TempDir Path directory) throws IOException {
        Path config = directory.resolve("config.json");
        try (RandomAccessFile file = new RandomAccessFile(config.toFile(), "rw")) {
            file.setLength(3L << 30);
        }
        CheckpointException refused = assertThrows(CheckpointException.class, () -> GraphFiles.json(config));
        assertTrue(String.valueOf(refused.getMessage()).contains("3221225472 bytes"), refused.getMessage());
    }
}
