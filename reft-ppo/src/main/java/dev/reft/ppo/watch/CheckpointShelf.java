package dev.reft.ppo.watch;

import dev.reft.io.AtomicFiles;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder that keeps a run's best checkpoints by held-out score: {@code step-000040/} each, and {@code best.jsonl}, which names
 * them. A process may be killed at any moment: what the file names is whole, other checkpoints are removed when the shelf is opened.
 *
 * <pre>{@code
 * CheckpointShelf shelf = CheckpointShelf.open(run.resolve("best"), BestCheckpoints.KEPT);
 * shelf.offer(trainer.steps(), heldOutAccuracy, folder -> trainer.save(folder, state));
 * }</pre>
 */
public final class CheckpointShelf {
    private static final String INDEX = "best.jsonl";
    private static final Pattern NAME = Pattern.compile("step-\\d{6,}");

    private final Path folder;
    private BestCheckpoints best;

    private CheckpointShelf(Path folder, BestCheckpoints best) {
        this.folder = folder;
        this.best = best;
    }

    /**
     * Opens a shelf, empty or with what is on it.
     *
     * @param folder made if absent; folders in it that are called like a checkpoint are the shelf's
     * @param keep how many checkpoints to keep; if fewer than there are, the worst are removed
     * @return the shelf
     * @throws IllegalArgumentException if {@code best.jsonl} is damaged
     * @throws UncheckedIOException if the folder cannot be read or cleared
     */
    public static CheckpointShelf open(Path folder, int keep) {
        BestCheckpoints best = BestCheckpoints.none(keep);
        try {
            Files.createDirectories(folder);
            if (Files.exists(folder.resolve(INDEX))) {
                for (JsonRow row : JsonLines.read(folder.resolve(INDEX))) {
                    best = best.with(new BestCheckpoints.Entry((long) row.number("step"), row.number("score")));
                }
            }
            CheckpointShelf shelf = new CheckpointShelf(folder, best);
            // A kill while a checkpoint was saved again at the same step may have left none of it.
            List<BestCheckpoints.Entry> whole = best.entries().stream()
                    .filter(entry -> Files.isDirectory(shelf.path(entry.step())))
                    .toList();
            shelf.best = new BestCheckpoints(keep, whole);
            shelf.write();
            return shelf;
        } catch (IOException e) {
            throw new UncheckedIOException("opening " + folder, e);
        }
    }

    /**
     * Saves a checkpoint if it is among the best.
     *
     * @param step the step
     * @param score its held-out score, finite, higher is better
     * @param save writes it into a folder that is given to it, such as {@code trainer.save} or {@code policy.export}
     * @return whether it was saved
     * @throws UncheckedIOException if writing fails; the others are as they were
     */
    public boolean offer(long step, double score, Consumer<Path> save) {
        BestCheckpoints next = best.with(new BestCheckpoints.Entry(step, score));
        if (!next.keeps(step)) {
            return false;
        }
        try {
            AtomicFiles.writeDirectory(path(step), save::accept);
            best = next;
            write();
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("saving step " + step + " in " + folder, e);
        }
    }

    /**
     * What is on the shelf.
     *
     * @return the steps and their scores
     */
    public BestCheckpoints best() {
        return best;
    }

    /**
     * Where a step's checkpoint lies, if it is kept.
     *
     * @param step the step
     * @return its folder
     */
    public Path path(long step) {
        return folder.resolve(String.format(Locale.ROOT, "step-%06d", step));
    }

    /** The index first: what it no longer names may be deleted, and a kill in between leaves only what the next opening removes. */
    private void write() throws IOException {
        List<Map<String, Object>> lines = new ArrayList<>();
        best.entries().forEach(entry -> lines.add(Map.of("step", entry.step(), "score", entry.score())));
        JsonLines.write(folder.resolve(INDEX), lines);
        List<Path> kept = new ArrayList<>();
        best.entries().forEach(entry -> kept.add(path(entry.step())));
        try (Stream<Path> children = Files.list(folder)) {
            for (Path child : children.toList()) {
                String name = String.valueOf(child.getFileName());
                boolean own = NAME.matcher(name).matches() || (name.startsWith(".") && name.contains(".tmp-"));
                if (own && !kept.contains(child)) {
                    AtomicFiles.deleteTree(child);
                }
            }
        }
    }
}
