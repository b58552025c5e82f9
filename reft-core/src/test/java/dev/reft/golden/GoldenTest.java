package dev.reft.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every case of every golden training file, by its topic. */
class GoldenTest {
    /** Topics that other test classes run, each with these classes: there are no masks or position ids above an engine. */
    private static final Map<String, List<String>> ELSEWHERE = Map.of(
            "sampling_filters", List.of("reft-core/src/test/java/dev/reft/generation/LogitFiltersGoldenTest.java"),
            "repetition_penalty", List.of("reft-core/src/test/java/dev/reft/generation/LogitFiltersGoldenTest.java"),
            "masks_positions",
                    List.of(
                            "reft-testkit/src/test/java/dev/reft/testkit/tiny/TinyGoldenTest.java",
                            "reft-torch/src/test/java/dev/reft/torch/MasksPositionsTest.java"));

    private static final Map<String, Consumer<GoldenCase>> TOPICS = topics();

    private static Map<String, Consumer<GoldenCase>> topics() {
        Map<String, Consumer<GoldenCase>> topics = new TreeMap<>();
        PpoTopics.register(topics);
        RewardTopics.register(topics);
        OptimizationTopics.register(topics);
        ReftRolloutTopic.register(topics);
        PreferenceTopics.register(topics);
        return topics;
    }

    @TestFactory
    Stream<DynamicNode> everyCaseOfEveryTopic() throws IOException {
        Map<String, List<GoldenCase>> found = read();
        List<DynamicNode> nodes = new ArrayList<>();
        found.forEach((topic, cases) -> {
            Consumer<GoldenCase> check = TOPICS.get(topic);
            if (check != null) {
                nodes.add(dynamicContainer(
                        topic + " (" + cases.size() + " cases)",
                        cases.stream()
                                .map(c -> dynamicTest(c.id, () -> {
                                    check.accept(c);
                                    c.finish();
                                }))));
            }
        });
        return nodes.stream();
    }

    @Test
    void everyTopicIsCoveredHereOrElsewhere() throws IOException {
        Map<String, List<GoldenCase>> found = read();
        Set<String> open = new TreeSet<>(found.keySet());
        open.removeAll(TOPICS.keySet());
        open.removeAll(ELSEWHERE.keySet());
        assertEquals(Set.of(), open, "topics that nothing covers");
        for (Map.Entry<String, List<String>> elsewhere : ELSEWHERE.entrySet()) {
            for (String file : elsewhere.getValue()) {
                Path source = Path.of("..").resolve(file);
                assertTrue(Files.exists(source), () -> elsewhere.getKey() + " is not run: there is no " + file);
                String topic = '"' + elsewhere.getKey() + '"';
                assertTrue(Files.readString(source).contains(topic), () -> file + " does not run " + topic);
            }
        }
        int cases = 0;
        for (String topic : TOPICS.keySet()) {
            List<GoldenCase> mine = found.getOrDefault(topic, List.of());
            assertFalse(mine.isEmpty(), () -> "no case of the topic " + topic);
            cases += mine.size();
        }
        System.out.println("golden training files: " + cases + " cases of " + TOPICS.size() + " topics");
    }

    private static Map<String, List<GoldenCase>> read() throws IOException {
        Path folder = Path.of(System.getProperty("reft.shared", "../../shared"), "golden", "training");
        assumeTrue(Files.isDirectory(folder), () -> "skipped: there are no golden files at " + folder);
        JsonMapper mapper = JsonMapper.builder().build();
        Map<String, List<GoldenCase>> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                JsonNode root = mapper.readTree(file);
                if (!root.has("topic")) {
                    continue;
                }
                for (JsonNode node : root.get("cases")) {
                    found.computeIfAbsent(root.get("topic").asString(), t -> new ArrayList<>())
                            .add(new GoldenCase(node, root.get("tolerance")));
                }
            }
        }
        return found;
    }
}
