package dev.reft.onnx;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
    @TempDir
    Path folder;

    /** The native library would end the whole process. */
    @Test
    void aCommandLineThatTheRuntimeCannotBearIsRefused() throws IOException {
        Path file = folder.resolve("cmdline");
        Files.write(file, new byte[3900]);
        assertDoesNotThrow(() -> Engine.checkCommandLine(file));
        Files.write(file, new byte[3901]);
        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> Engine.checkCommandLine(file));
        assertTrue(String.valueOf(refused.getMessage()).contains("CLASSPATH"), refused.getMessage());
        assertDoesNotThrow(() -> Engine.checkCommandLine(folder.resolve("absent")));
    }
}
