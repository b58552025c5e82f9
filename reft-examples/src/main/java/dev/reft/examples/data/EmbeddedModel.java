package dev.reft.examples.data;

import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The small model that the quickstart trains from random weights: a configuration of the Llama family (4 layers of width
 * 128) and a tokenizer with one token for each word of {@link WordProblems}, both among the resources of this module.
 */
public final class EmbeddedModel {
    private static final String[] FILES = {"config.json", "generation_config.json", "tokenizer.json"};

    private EmbeddedModel() {}

    /**
     * Writes the model's files, so that a provider can open the directory.
     *
     * @param directory made if it is not there; files of the same names are replaced
     * @return the directory
     * @throws IOException if it cannot be written
     */
    public static Path writeTo(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String file : FILES) {
            try (InputStream resource = EmbeddedModel.class.getResourceAsStream("/dev/reft/examples/model/" + file)) {
                if (resource == null) {
                    throw new IllegalStateException("the resource " + file + " of the embedded model is missing");
                }
                AtomicFiles.writeText(
                        directory.resolve(file), new String(resource.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return directory;
    }
}
