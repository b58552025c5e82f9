package dev.reft.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model on disk: its configuration and its tensors under their Hugging Face names, whichever the format. Opening reads
 * and checks the headers only.
 */
public abstract sealed class Checkpoint extends TensorSource permits HfCheckpoint, GgufCheckpoint {
    /** For the formats of this package. */
    Checkpoint() {}

    /**
     * Opens a model.
     *
     * @param model a Hugging Face directory, a {@code .gguf} file, or a directory with exactly one {@code .gguf}; a
     *     directory with a {@code config.json} is of the first kind, whatever else lies in it
     * @return the model, to be closed
     * @throws CheckpointException if there is no model, or its files are malformed or not supported
     */
    public static Checkpoint open(Path model) {
        Path path = CheckpointPaths.resolve(model);
        return Files.isDirectory(path) ? HfCheckpoint.openAt(path) : GgufCheckpoint.openAt(path);
    }

    /**
     * What the model computes.
     *
     * @return the configuration
     */
    public abstract ModelConfig config();

    /**
     * How the model wants to generate.
     *
     * @return the settings, {@link GenerationConfig#NONE} where there are none
     */
    public abstract GenerationConfig generation();

    /**
     * The metadata of a GGUF file, from which a tokenizer can be made.
     *
     * @return empty for other formats
     */
    public abstract Optional<GgufMetadata> ggufMetadata();

    /**
     * The tokens that end a completion.
     *
     * @return ids: those of the generation settings, or else those of the configuration
     */
    public List<Integer> endIds() {
        return generation().endIds(config());
    }
}
