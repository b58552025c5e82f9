package dev.reft.ppo;

import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The folder of a run's checkpoints: {@code step-000040/} each, written aside, forced to the disk and renamed; {@code latest}
 * names the one to resume from. The last two and the best are kept, and whatever is of a later step than the one written:
 * that is of another run, or of one that was taken back to an earlier step.
 *
 * <p>A checkpoint never takes the place of another: one saved again at the same step is {@code step-000040-2}.
 */
final class Checkpoints {
    private static final System.Logger LOG = System.getLogger(Checkpoints.class.getName());
    private static final String LATEST = "latest";
    private static final String TRAINER = "trainer.json";
    private static final String POLICY = "policy";
    private static final Pattern NAME = Pattern.compile("step-(\\d+)(?:-(\\d+))?");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path root;

    Checkpoints(Path root) {
        this.root = root;
    }

    /** Writes what a policy saves. */
    interface PolicyState {
        void saveTo(Path directory);
    }

    /** What was read: the folder of the policy's state, and the trainer's fields. */
    record Saved(Path policy, Map<String, Object> fields) {}

    /** Writes a checkpoint and makes it the latest, also on a thread that was interrupted. */
    void write(long step, Map<String, Object> fields, PolicyState policy) {
        Interrupts.afterwards(() -> writeOnce(step, fields, policy));
    }

    private void writeOnce(long step, Map<String, Object> fields, PolicyState policy) {
        try {
            Files.createDirectories(root);
            removeLeftovers();
            Path target = free(step);
            AtomicFiles.writeDirectory(target, directory -> {
                Path state = Files.createDirectory(directory.resolve(POLICY));
                policy.saveTo(state);
                Files.writeString(
                        directory.resolve(TRAINER),
                        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(fields));
            });
            String before = latest();
            AtomicFiles.writeText(root.resolve(LATEST), target.getFileName() + "\n");
            prune(step, Set.of(String.valueOf(target.getFileName()), before));
        } catch (IOException e) {
            throw new UncheckedIOException("checkpoint of step " + step + " in " + root, e);
        }
    }

    /** The name of the latest checkpoint, "" if there is none. */
    private String latest() throws IOException {
        Path pointer = root.resolve(LATEST);
        return Files.isRegularFile(pointer) ? Files.readString(pointer).strip() : "";
    }

    /** Reads the latest checkpoint. */
    Saved read() {
        Path pointer = root.resolve(LATEST);
        if (!Files.isRegularFile(pointer)) {
            throw new IllegalArgumentException("no checkpoint in " + root + ": it has no file '" + LATEST + "'");
        }
        try {
            String name = latest();
            Path directory = root.resolve(name);
            if (!NAME.matcher(name).matches() || !Files.isDirectory(directory)) {
                throw new IllegalArgumentException(pointer + " names '" + name + "', which is no checkpoint");
            }
            return new Saved(directory.resolve(POLICY), fields(directory));
        } catch (IOException e) {
            throw new UncheckedIOException("reading the checkpoint in " + root, e);
        }
    }

    private static Map<String, Object> fields(Path directory) throws IOException {
        Path file = directory.resolve(TRAINER);
        try {
            Map<String, Object> fields = new LinkedHashMap<>();
            JSON.readValue(Files.readString(file), Map.class)
                    .forEach((name, value) -> fields.put(String.valueOf(name), value));
            return fields;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + " is no JSON object: " + e.getOriginalMessage(), e);
        }
    }

    private Path free(long step) {
        String name = String.format("step-%06d", step);
        Path target = root.resolve(name);
        for (int again = 2; Files.exists(target); again++) {
            target = root.resolve(name + "-" + again);
        }
        return target;
    }

    /** A checkpoint of the folder. */
    private record Entry(Path path, long step, int again, double quality) {}

    private List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> children = Files.list(root)) {
            for (Path child : children.toList()) {
                Matcher name = NAME.matcher(String.valueOf(child.getFileName()));
                if (name.matches() && Files.isRegularFile(child.resolve(TRAINER))) {
                    String again = name.group(2);
                    entries.add(new Entry(
                            child,
                            Long.parseLong(name.group(1)),
                            again == null ? 1 : Integer.parseInt(again),
                            quality(child)));
                }
            }
        }
        entries.sort(Comparator.comparingLong(Entry::step).thenComparingInt(Entry::again));
        return entries;
    }

    /** A damaged checkpoint is no reason to fail: the new one beside it is already written. */
    private static double quality(Path checkpoint) throws IOException {
        try {
            return fields(checkpoint).get("quality") instanceof Number number
                    ? number.doubleValue()
                    : Double.NEGATIVE_INFINITY;
        } catch (IllegalArgumentException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} is damaged and counts as the worst checkpoint", checkpoint);
            return Double.NEGATIVE_INFINITY;
        }
    }

    private void prune(long written, Set<String> lastTwo) throws IOException {
        List<Entry> entries = entries();
        Entry best = null;
        for (Entry entry : entries) {
            if (best == null || entry.quality() >= best.quality()) {
                best = entry;
            }
        }
        for (Entry entry : entries) {
            boolean last = lastTwo.contains(String.valueOf(entry.path().getFileName()));
            if (entry != best && !last && entry.step() <= written) {
                discard(entry.path());
            }
        }
    }

    /** Renamed before it is deleted, so that no half of a checkpoint is ever seen under its name. */
    private void discard(Path checkpoint) throws IOException {
        Path aside = root.resolve("." + checkpoint.getFileName() + ".tmp-" + UUID.randomUUID());
        Files.move(checkpoint, aside);
        AtomicFiles.deleteTree(aside);
    }

    /** What a killed process left behind. */
    private void removeLeftovers() throws IOException {
        try (Stream<Path> children = Files.list(root)) {
            for (Path child : children.toList()) {
                String name = String.valueOf(child.getFileName());
                if (name.startsWith(".") && name.contains(".tmp-")) {
                    AtomicFiles.deleteTree(child);
                }
            }
        }
    }
}
