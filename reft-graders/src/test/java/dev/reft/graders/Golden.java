package dev.reft.graders;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The golden cases of a family, from every file of that family that lies in the shared folder. */
public final class Golden {
    public static final ObjectMapper JSON = new ObjectMapper();

    private Golden() {}

    public static Path shared() {
        Path shared = Path.of(System.getProperty("reft.shared", "../../shared"));
        assumeTrue(Files.isDirectory(shared), "no shared folder at " + shared);
        return shared;
    }

    public static List<JsonNode> cases(String family) {
        Path folder = shared().resolve("golden/graders");
        List<JsonNode> cases = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, family + ".*.json")) {
            TreeSet<Path> sorted = new TreeSet<>();
            files.forEach(sorted::add);
            for (Path file : sorted) {
                for (JsonNode node : JSON.readTree(file.toFile()).get("cases")) {
                    if (!node.path("disputed").asBoolean(false)) {
                        cases.add(node);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return cases;
    }

    /** One test a case, and at the end a line that tells how many of them passed. */
    public static Stream<DynamicTest> tests(String family, Check check) {
        return tests(family, family, check);
    }

    /** The same under a name, for families that are run twice. */
    public static Stream<DynamicTest> tests(String family, String name, Check check) {
        List<JsonNode> cases = cases(family);
        AtomicInteger passed = new AtomicInteger();
        Stream<DynamicTest> each = cases.stream()
                .map(c -> DynamicTest.dynamicTest(c.get("id").asString(), () -> {
                    check.of(c);
                    passed.incrementAndGet();
                }));
        Stream<DynamicTest> count = Stream.of(DynamicTest.dynamicTest(name, () -> {
            System.out.println(name + ": " + passed + " of " + cases.size() + " cases");
            assertTrue(!cases.isEmpty(), "no cases of " + family);
        }));
        return Stream.concat(each, count);
    }

    /** What a case must hold. */
    @FunctionalInterface
    public interface Check {
        void of(JsonNode golden) throws Exception;
    }

    public static Stream<JsonNode> lines(String file) {
        try {
            return Files.lines(shared().resolve(file))
                    .filter(line -> !line.isBlank())
                    .map(JSON::readTree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
