package dev.reft.torch;

import dev.reft.checkpoint.GenerationConfig;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.checkpoint.hub.HubCache;
import dev.reft.model.ModelSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a policy came from, for its exports and states.
 *
 * @param spec what was asked for
 * @param config what the model computes
 * @param generation how it wants to generate
 * @param critic where a separate critic came from, or null
 */
record Origin(
        ModelSpec spec,
        ModelConfig config,
        GenerationConfig generation,
        @Nullable Origin critic) {
    /** The directory that the model's files lie in. */
    Path directory() {
        Path path = HubCache.locate(spec.model());
        if (Files.isDirectory(path)) {
            return path;
        }
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? path : parent;
    }

    /** Whether the weights came from files, not from a seed. */
    boolean fromFiles() {
        return spec.options().stream().noneMatch(RandomWeights.class::isInstance);
    }
}
