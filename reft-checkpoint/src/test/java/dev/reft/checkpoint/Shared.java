package dev.reft.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The folder of reference models and numbers. */
final class Shared {
    private Shared() {}

    static Path folder(String path) {
        Path folder = Path.of(System.getProperty("reft.shared", "../../shared"), path);
        Assumptions.assumeTrue(Files.exists(folder), () -> "skipped: " + folder + " is not there");
        return folder;
    }

    static List<Path> files(String folder, String suffix) {
        try (Stream<Path> files = Files.list(folder(folder))) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tiny models whose type is known here. */
    static List<Path> tinyModels() {
        return files("golden/models/tiny", "").stream()
                .filter(folder -> Architecture.known()
                        .contains(JsonFields.read(folder.resolve("config.json"))
                                .text("model_type")
                                .orElse("")))
                .toList();
    }
}
