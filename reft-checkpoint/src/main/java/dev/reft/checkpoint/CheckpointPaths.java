package dev.reft.checkpoint;

import dev.reft.checkpoint.hub.HubCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Finds out which kind of model a path is. */
final class CheckpointPaths {
    private CheckpointPaths() {}

    /** The directory of a Hugging Face model, or the file of a GGUF model. */
    static Path resolve(Path model) {
        if (!Files.exists(model)) {
            throw new CheckpointException(model, "model", "is not there" + HubCache.advice(model.toString()));
        }
        if (!Files.isDirectory(model)) {
            if (!isGguf(model)) {
                throw new CheckpointException(model, "model", "is neither a directory nor a .gguf file");
            }
            return model;
        }
        if (Files.isRegularFile(model.resolve("config.json"))) {
            return model;
        }
        List<Path> files = ggufFiles(model);
        if (files.size() == 1) {
            return files.get(0);
        }
        throw new CheckpointException(
                model,
                "model",
                files.isEmpty()
                        ? "holds neither a config.json nor a .gguf file"
                        : "holds several .gguf files, name one: "
                                + files.stream().map(Path::getFileName).toList());
    }

    private static List<Path> ggufFiles(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(CheckpointPaths::isGguf).sorted().toList();
        } catch (IOException e) {
            throw CheckpointException.unreadable(directory, e);
        }
    }

    private static boolean isGguf(Path file) {
        return Files.isRegularFile(file)
                && file.toString().toLowerCase(Locale.ROOT).endsWith(".gguf");
    }
}
