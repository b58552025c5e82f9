package dev.reft.checkpoint;

import dev.reft.io.AtomicFiles;
import dev.reft.io.AtomicFiles.DirectoryContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Writes a Hugging Face directory that transformers and {@link Checkpoint} read. */
public final class HfModelWriter {
    private HfModelWriter() {}

    /**
     * Writes a model. A directory that does not exist, or is empty, appears whole or not at all; into another one the files
     * are written one by one, each whole, and what else lies there stays.
     *
     * @param directory where to
     * @param config the configuration; fields that were read and are not known here are kept
     * @param generation the generation settings; not written where they have no fields
     * @param tensors the weights
     * @param maxFileBytes as in {@link SafetensorsWriter#write}
     * @param others writes further files, such as the tokenizer's
     * @throws IOException if writing fails
     */
    public static void write(
            Path directory,
            ModelConfig config,
            GenerationConfig generation,
            List<SafetensorsWriter.Tensor> tensors,
            long maxFileBytes,
            DirectoryContent others)
            throws IOException {
        DirectoryContent content = target -> {
            SafetensorsWriter.write(target, tensors, maxFileBytes);
            AtomicFiles.writeText(target.resolve("config.json"), config.toJson(commonType(tensors)));
            if (!generation.fields().isEmpty()) {
                AtomicFiles.writeText(target.resolve("generation_config.json"), generation.toJson());
            }
            others.writeTo(target);
        };
        if (isEmptyOrAbsent(directory)) {
            AtomicFiles.writeDirectory(directory, content);
        } else {
            content.writeTo(directory);
        }
    }

    /** The type of most bytes, as the one name that config.json has for it. */
    private static String commonType(List<SafetensorsWriter.Tensor> tensors) {
        EnumMap<TensorType, Long> bytes = new EnumMap<>(TensorType.class);
        for (SafetensorsWriter.Tensor tensor : tensors) {
            bytes.merge(tensor.info().type(), tensor.info().bytes(), Long::sum);
        }
        return bytes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(TensorType.F32)
                .torchName();
    }

    private static boolean isEmptyOrAbsent(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return true;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }
}
