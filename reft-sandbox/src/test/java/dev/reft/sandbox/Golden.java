package dev.reft.sandbox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The golden cases of a family, from every file of that family that lies in the shared folder. */
final class Golden {
    static final ObjectMapper JSON = new ObjectMapper();

    private Golden() {}

    static Path shared() {
        Path shared = Path.of(System.getProperty("reft.shared", "../../shared"));
        assumeTrue(Files.isDirectory(shared), "no shared folder at " + shared);
        return shared;
    }

    static List<JsonNode> cases(String family) throws IOException {
        return every(family).stream()
                .filter(c -> !c.path("disputed").asBoolean(false))
                .toList();
    }

    /** Those too that record a peer's bug. */
    static List<JsonNode> every(String family) throws IOException {
        List<JsonNode> cases = new ArrayList<>();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(shared().resolve("golden/graders"), family + ".*.json")) {
            TreeSet<Path> sorted = new TreeSet<>();
            files.forEach(sorted::add);
            for (Path file : sorted) {
                for (JsonNode node : JSON.readTree(file.toFile()).get("cases")) {
                    cases.add(node);
                }
            }
        }
        return cases;
    }
}
