package dev.reft.examples.run;

import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The folder of a run: its plan, what is finished, answers and checkpoints. One process at a time; every file is there whole
 * or not at all.
 */
public final class RunFolder implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final long PATIENCE_NANOS = 5_000_000_000L;
    private static final long PAUSE_NANOS = 20_000_000L;

    private final Path root;
    private final FileChannel channel;
    private final FileLock lock;

    private RunFolder(Path root, FileChannel channel, FileLock lock) {
        this.root = root;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Opens a folder for a plan.
     *
     * @param root made if absent
     * @param plan a record that all of the run follows from
     * @return the folder; close it
     * @throws IllegalArgumentException if it holds a run of another plan, naming the field
     * @throws IllegalStateException if another process runs in it
     */
    public static RunFolder open(Path root, Record plan) {
        try {
            Files.createDirectories(root);
            FileChannel channel =
                    FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = lockOf(channel);
            if (lock == null) {
                channel.close();
                throw new IllegalStateException("another process runs in " + root);
            }
            RunFolder folder = new RunFolder(root, channel, lock);
            try {
                folder.adopt("plan.json", plan);
            } catch (RuntimeException e) {
                folder.close();
                throw e;
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("opening the run's folder " + root, e);
        }
    }

    /** The lock, or null; a process that is just ending, such as one whose parent was killed, is waited for. */
    private static @Nullable FileLock lockOf(FileChannel channel) throws IOException {
        try {
            long end = System.nanoTime() + PATIENCE_NANOS;
            FileLock lock = channel.tryLock();
            while (lock == null && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
                lock = channel.tryLock();
            }
            return lock;
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static Map<String, String> leaves(String path, JsonNode node, Map<String, String> into) {
        if (node.isObject()) {
            node.properties().forEach(field -> leaves(path + "." + field.getKey(), field.getValue(), into));
        } else {
            into.put(path.substring(1), node.toString());
        }
        return into;
    }

    /**
     * A file or folder of the run.
     *
     * @param name its name
     * @return the path
     */
    public Path path(String name) {
        return root.resolve(name);
    }

    /**
     * The folder of a stage's checkpoints.
     *
     * @param stage its name
     * @return the path
     */
    public Path checkpoints(String stage) {
        return root.resolve("checkpoints").resolve(stage);
    }

    /**
     * Whether a stage has a checkpoint to go on from.
     *
     * @param stage its name
     * @return true if so
     */
    public boolean hasCheckpoint(String stage) {
        return Files.isRegularFile(checkpoints(stage).resolve("latest"));
    }

    /** What a stage left when it was finished. */
    Optional<StageLog> finished(String stage) {
        return read("finished-" + stage + ".json").map(text -> value(text, StageLog.class, stage));
    }

    void finish(String stage, StageLog log) {
        write("finished-" + stage + ".json", text(log));
    }

    /** Answers of an evaluation so far. */
    List<Answer> answers(String name) {
        return read("answers/" + name + ".jsonl").stream()
                .flatMap(String::lines)
                .map(line -> value(line, Answer.class, name))
                .toList();
    }

    void write(String name, List<Answer> answers) {
        StringBuilder lines = new StringBuilder();
        answers.forEach(answer -> lines.append(text(answer)).append('\n'));
        write("answers/" + name + ".jsonl", lines.toString());
    }

    /** A piece of kept samples. */
    Optional<Samples.Piece> piece(String name, int first) {
        return read(pieceFile(name, first)).map(text -> value(text, Samples.Piece.class, name));
    }

    void write(String name, int first, Samples.Piece piece) {
        write(pieceFile(name, first), text(piece));
    }

    private static String pieceFile(String name, int first) {
        return String.format(Locale.ROOT, "samples/%s-%06d.json", name, first);
    }

    /** What came of some problems of a vote; {@code file} is without its ending. */
    Optional<Ballot.Count> ballotPiece(String file) {
        return read(file + ".json").map(text -> value(text, Ballot.Count.class, file));
    }

    void writePiece(String file, Ballot.Count count) {
        write(file + ".json", text(count));
    }

    /** What came of a whole vote. */
    Optional<Ballot.Count> ballot(String contestant) {
        return read("ballot-" + contestant + ".json").map(text -> value(text, Ballot.Count.class, contestant));
    }

    void write(String contestant, Ballot.Count count) {
        write("ballot-" + contestant + ".json", text(count));
    }

    /** What is known of a method beside its answers. */
    Optional<Facts> facts(String method) {
        return read("facts-" + method + ".json").map(text -> value(text, Facts.class, method));
    }

    void write(String method, Facts facts) {
        write("facts-" + method + ".json", text(facts));
    }

    /** Keeps a further plan beside the run's, or refuses another one than is kept. */
    void adopt(String file, Object plan) {
        JsonNode wanted = JSON.readTree(JSON.writeValueAsString(plan));
        Optional<JsonNode> known = read(file).map(RunFolder::tree);
        if (known.isEmpty()) {
            write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(plan));
            return;
        }
        Map<String, String> before = leaves("", known.get(), new TreeMap<>());
        Map<String, String> now = leaves("", wanted, new TreeMap<>());
        List<String> differences = new ArrayList<>();
        now.forEach((field, value) -> {
            String old = before.get(field);
            if (!value.equals(old)) {
                differences.add(field + " was " + old + " and is " + value);
            }
        });
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException(root + " holds a run of another plan: " + String.join("; ", differences)
                    + ". Give the same options, or another --out");
        }
    }

    static String text(Object value) {
        return JSON.writeValueAsString(value);
    }

    static StageLog log(String hostState) {
        return hostState.isEmpty() ? StageLog.EMPTY : value(hostState, StageLog.class, "a checkpoint");
    }

    private static <T> T value(String text, Class<T> type, String where) {
        try {
            return JSON.readValue(text, type);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "the record of '" + where + "' is damaged: " + e.getOriginalMessage(), e);
        }
    }

    private static JsonNode tree(String text) {
        return JSON.readTree(text);
    }

    private Optional<String> read(String name) {
        Path file = root.resolve(name);
        try {
            return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    private void write(String name, String text) {
        Path file = root.resolve(name).toAbsolutePath();
        try {
            Path folder = file.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            AtomicFiles.writeText(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file, e);
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("leaving the run's folder " + root, e);
        }
    }
}
