package dev.reft.model;

import java.nio.file.Path;

/** A sampler or scorer elsewhere that takes new weights by file. */
@FunctionalInterface
public interface Refreshable {
    /**
     * Takes new weights.
     *
     * @param exported a directory that {@link Policy#export} wrote
     */
    void refresh(Path exported);
}
