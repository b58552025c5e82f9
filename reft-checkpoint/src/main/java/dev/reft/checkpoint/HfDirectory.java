package dev.reft.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finding files of a Hugging Face directory, without being led out of it by names that a file holds. */
final class HfDirectory {
    private HfDirectory() {}

    /** The file itself, or that of the given name where a directory is given. */
    static Path inDirectory(Path path, String name) {
        return Files.isDirectory(path) ? path.resolve(name) : path;
    }

    /**
     * A file that an index names. Only a plain name is taken. A link may lead to another file of the directory, or, in
     * the hub's own cache ({@code snapshots/REVISION/NAME -> ../../blobs/HASH}), to a blob of the same model.
     */
    static Path named(Path directory, Path index, String field, String name) {
        boolean plain = !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && name.chars()
                        .allMatch(c -> c > ' '
                                && !Character.isSurrogate((char) c)
                                && c != '/'
                                && c != '\\'
                                && c != ':'
                                && c != 0x7f);
        if (!plain) {
            throw new CheckpointException(
                    index, field, "must name a file of its own directory, not '" + Strings.clip(name) + "'");
        }
        Path file = directory.resolve(name);
        try {
            if (!Files.isRegularFile(file)) {
                throw new CheckpointException(index, field, "names '" + Strings.clip(name) + "', which is not there");
            }
            Path home = directory.toRealPath();
            Path real = file.toRealPath();
            if (!home.equals(real.getParent()) && !isBlobOf(home, real)) {
                throw new CheckpointException(
                        index, field, "names '" + Strings.clip(name) + "', a link out of its directory");
            }
            return file;
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
    }

    private static boolean isBlobOf(Path home, Path real) {
        Path snapshots = home.getParent();
        if (snapshots == null || !snapshots.endsWith("snapshots")) {
            return false;
        }
        return snapshots.resolveSibling("blobs").equals(real.getParent());
    }
}
