package dev.reft.ppo.pipeline;

import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stages whose results lie in one folder: {@code NAME/} each, with a {@value Provenance#FILE} that says where it came from. A stage
 * that is done is not done again; one that was killed goes on from its scratch folder.
 *
 * <pre>{@code
 * Pipeline pipeline = Pipeline.open(Path.of("run"));
 * pipeline.run(new Stage("sft", Map.of("rate", "1e-5"), Map.of("data", Fingerprints.of(data)), List.of(), context -> ...));
 * pipeline.run(new Stage("dpo", config, inputs, List.of("sft"), context -> ... context.parent("sft") ...));
 * }</pre>
 *
 * <p>One process at a time: while a stage is done, its folder is locked, and another process that would do one is refused by name. Not
 * thread-safe.
 */
public final class Pipeline {
    private static final System.Logger LOG = System.getLogger(Pipeline.class.getName());
    private static final String SCRATCH = ".scratch-";
    private static final String LOCK = ".lock";

    private final Path root;

    private Pipeline(Path root) {
        this.root = root;
    }

    /**
     * Opens a pipeline.
     *
     * @param root its folder, made if absent
     * @return the pipeline
     * @throws UncheckedIOException if the folder cannot be made
     */
    public static Pipeline open(Path root) {
        try {
            Files.createDirectories(root);
            return new Pipeline(root.toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException("opening " + root, e);
        }
    }

    /**
     * Does a stage unless it is done.
     *
     * @param stage the stage
     * @return its output folder
     * @throws IllegalStateException if another process runs a stage in the folder, a parent is not done, or the stage was done with another configuration, other inputs or
     *     other parents, naming the first difference: delete its folder, and those of the stages after it, to have it done again
     * @throws StageFailedException if its work throws
     * @throws UncheckedIOException if its folders cannot be written
     */
    public Path run(Stage stage) {
        try (FileChannel channel =
                        FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = lockOf(channel)) {
            if (lock == null) {
                throw new IllegalStateException("another process runs in " + root);
            }
            return locked(stage);
        } catch (IOException e) {
            throw new UncheckedIOException("locking " + root, e);
        }
    }

    private static @Nullable FileLock lockOf(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this process, elsewhere
        }
    }

    private Path locked(Stage stage) {
        Provenance provenance = provenance(stage);
        Path output = root.resolve(stage.name());
        try {
            if (Files.isDirectory(output)) {
                requireSame(stage, provenance, output);
                AtomicFiles.deleteTree(scratch(stage));
                return output;
            }
            removeLeftovers(stage);
            Path scratch = preparedScratch(stage, provenance);
            AtomicFiles.writeDirectory(output, aside -> {
                work(stage, new StageContext(scratch, aside, parents(stage), provenance));
                provenance.writeTo(aside);
            });
            AtomicFiles.deleteTree(scratch);
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException("stage '" + stage.name() + "' in " + root, e);
        }
    }

    /**
     * Whether a stage is done.
     *
     * @param name the stage's
     * @return true if its output is there
     */
    public boolean done(String name) {
        return Files.isDirectory(root.resolve(name));
    }

    /**
     * Where all that is done came from.
     *
     * @return stage to its provenance, in the order of names
     * @throws UncheckedIOException if a folder cannot be read
     */
    public Map<String, Provenance> provenance() {
        Map<String, Provenance> all = new TreeMap<>();
        try (Stream<Path> children = Files.list(root)) {
            children.filter(child -> Files.isRegularFile(child.resolve(Provenance.FILE)))
                    .filter(child -> !String.valueOf(child.getFileName()).startsWith("."))
                    .forEach(child -> all.put(String.valueOf(child.getFileName()), Provenance.read(child)));
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + root, e);
        }
    }

    private static void work(Stage stage, StageContext context) {
        try {
            stage.work().run(context);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StageFailedException(stage.name(), e);
        } catch (Exception e) {
            throw new StageFailedException(stage.name(), e);
        }
    }

    private Provenance provenance(Stage stage) {
        Map<String, String> fingerprints = new LinkedHashMap<>();
        parents(stage).forEach((name, folder) -> fingerprints.put(name, Fingerprints.of(folder)));
        return new Provenance(stage.name(), stage.config(), stage.inputs(), fingerprints, Provenance.runningVersion());
    }

    private Map<String, Path> parents(Stage stage) {
        Map<String, Path> parents = new LinkedHashMap<>();
        for (String name : stage.parents()) {
            if (!done(name)) {
                throw new IllegalStateException(
                        "stage '" + stage.name() + "' needs stage '" + name + "', which is not done");
            }
            parents.put(name, root.resolve(name));
        }
        return parents;
    }

    private static void requireSame(Stage stage, Provenance now, Path output) {
        Provenance then = Provenance.read(output);
        String difference = now.difference(then);
        if (!difference.isEmpty()) {
            throw new IllegalStateException("stage '" + stage.name() + "' was done with something else: " + difference
                    + ". Delete " + output + " to have it done again");
        }
        if (!now.version().equals(then.version())) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "stage {0} was done by reft {1}; this is {2}",
                    stage.name(),
                    then.version(),
                    now.version());
        }
    }

    private Path scratch(Stage stage) {
        return root.resolve(SCRATCH + stage.name());
    }

    /** What a killed run of another configuration kept is of no use to this one. */
    private Path preparedScratch(Stage stage, Provenance provenance) throws IOException {
        Path scratch = scratch(stage);
        if (Files.isDirectory(scratch)) {
            String difference = Files.exists(scratch.resolve(Provenance.FILE))
                    ? provenance.difference(Provenance.read(scratch))
                    : "no provenance";
            if (difference.isEmpty()) {
                return scratch;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "stage {0} starts over, its scratch folder is of another run: {1}",
                    stage.name(),
                    difference);
            AtomicFiles.deleteTree(scratch);
        }
        Files.createDirectories(scratch);
        provenance.writeTo(scratch);
        return scratch;
    }

    /** Outputs that a killed process had not finished. */
    private void removeLeftovers(Stage stage) throws IOException {
        try (Stream<Path> children = Files.list(root)) {
            for (Path child : children.toList()) {
                if (String.valueOf(child.getFileName()).startsWith("." + stage.name() + ".tmp-")) {
                    AtomicFiles.deleteTree(child);
                }
            }
        }
    }
}
