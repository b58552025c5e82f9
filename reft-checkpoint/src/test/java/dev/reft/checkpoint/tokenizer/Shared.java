package dev.reft.checkpoint.tokenizer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Finds the shared golden files and models; tests that need them are skipped where they are not, properties by {@link NeedsModel}. */
public final class Shared {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Shared() {}

    public static Path path(String name) {
        Path path = Path.of(System.getProperty("reft.shared", "../../shared")).resolve(name);
        assumeTrue(Files.exists(path), () -> "skipped: there is no " + path);
        return path;
    }

    public static JsonNode json(Path file) {
        return MAPPER.readTree(file);
    }

    public static List<Path> files(String folder, String glob) {
        Path root = path(folder);
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .filter(file ->
                            root.getFileSystem().getPathMatcher("glob:" + glob).matches(file.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static int[] ints(JsonNode list) {
        int[] result = new int[list.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = list.get(i).asInt();
        }
        return result;
    }
}
