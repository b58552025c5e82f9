package dev.reft.ppo.pipeline;

import java.nio.file.Path;
import java.util.Map;

/**
 * The folders of a stage that runs.
 *
 * @param scratch outlives a kill and is removed when the stage is done: for checkpoints of training
 * @param output empty at the start, becomes the stage's output as a whole when it is done: for exports and reports
 * @param parents name of each parent to its output
 * @param provenance where all this comes from
 */
public record StageContext(Path scratch, Path output, Map<String, Path> parents, Provenance provenance) {
    /** Copies the map. */
    public StageContext {
        parents = Map.copyOf(parents);
    }

    /**
     * A parent's output.
     *
     * @param name the parent's
     * @return its folder
     * @throws IllegalArgumentException if the stage has no such parent
     */
    public Path parent(String name) {
        Path parent = parents.get(name);
        if (parent == null) {
            throw new IllegalArgumentException(
                    "stage '" + provenance.stage() + "' has no parent '" + name + "'; it has " + parents.keySet());
        }
        return parent;
    }

    /**
     * Puts the provenance into a checkpoint or an export below the scratch or the output folder. The output folder itself gets it
     * at the end in any case.
     *
     * @param folder a folder that exists
     * @throws java.io.UncheckedIOException if writing fails
     */
    public void stamp(Path folder) {
        provenance.writeTo(folder);
    }
}
