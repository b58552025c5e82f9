package dev.reft.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The golden cases of {@code sampling_filters} and {@code repetition_penalty}, in double and in float. */
class LogitFiltersGoldenTest {
    @TestFactory
    Stream<DynamicTest> samplingFilters() throws IOException {
        return cases("sampling_filters", c -> {
            double[] logits = doubles(c.path("inputs").path("logits"));
            List<LogitFilter> filters = new ArrayList<>();
            for (JsonNode step : c.path("inputs").path("steps")) {
                double value = step.get(1).asDouble();
                filters.add(
                        switch (step.get(0).asString()) {
                            case "temperature" -> new LogitFilter.Temperature(value);
                            case "top_k" -> new LogitFilter.TopK((int) value);
                            case "top_p" -> new LogitFilter.TopP(value);
                            case "min_p" -> new LogitFilter.MinP(value);
                            default -> throw new AssertionError("unknown filter " + step);
                        });
            }
            double[] filtered = LogitFilters.apply(logits, new int[0], filters);
            double[] probabilities = LogitFilters.probabilities(filtered);
            List<Integer> kept = new ArrayList<>();
            for (int i = 0; i < filtered.length; i++) {
                if (filtered[i] != Double.NEGATIVE_INFINITY) {
                    kept.add(i);
                }
            }
            JsonNode expected = c.path("expected");
            List<Integer> wanted = new ArrayList<>();
            expected.path("kept").forEach(id -> wanted.add(id.asInt()));
            assertEquals(wanted, kept);
            assertClose(doubles(expected.path("probs")), probabilities, 1e-10, 1e-9);
            assertEquals(expected.path("greedy").asInt(), LogitFilters.greedy(filtered));
            float[] narrow = LogitFilters.apply(floats(logits), new int[0], filters);
            assertClose(doubles(expected.path("probs")), LogitFilters.probabilities(widen(narrow)), 2e-6, 2e-5);
        });
    }

    @TestFactory
    Stream<DynamicTest> penalties() throws IOException {
        return cases("repetition_penalty", c -> {
            JsonNode inputs = c.path("inputs");
            List<LogitFilter> filters = new ArrayList<>();
            if (inputs.path("repetition_penalty").isNumber()) {
                filters.add(new LogitFilter.RepetitionPenalty(
                        inputs.path("repetition_penalty").asDouble()));
            }
            if (inputs.path("frequency_penalty").isNumber()) {
                filters.add(new LogitFilter.FrequencyPenalty(
                        inputs.path("frequency_penalty").asDouble()));
            }
            if (inputs.path("presence_penalty").isNumber()) {
                filters.add(new LogitFilter.PresencePenalty(
                        inputs.path("presence_penalty").asDouble()));
            }
            int[] row = new int[inputs.path("previous_tokens").size()];
            for (int i = 0; i < row.length; i++) {
                row[i] = inputs.path("previous_tokens").get(i).asInt();
            }
            double[] logits = doubles(inputs.path("logits"));
            double[] expected = doubles(c.path("expected").path("logits"));
            assertClose(expected, LogitFilters.apply(logits, row, filters), 1e-10, 1e-9);
            assertClose(expected, widen(LogitFilters.apply(floats(logits), row, filters)), 2e-6, 2e-5);
        });
    }

    private static void assertClose(double[] expected, double[] actual, double absolute, double relative) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], absolute + relative * Math.abs(expected[i]), "number " + i);
        }
    }

    private static Stream<DynamicTest> cases(String topic, Consumer<JsonNode> check) throws IOException {
        Path folder = Path.of(System.getProperty("reft.shared", "../../shared"), "golden", "training");
        Assumptions.assumeTrue(Files.isDirectory(folder), "no golden numbers at " + folder);
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                JsonNode root = new ObjectMapper().readTree(file.toFile());
                if (topic.equals(root.path("topic").asString(""))) {
                    for (JsonNode c : root.path("cases")) {
                        tests.add(DynamicTest.dynamicTest(c.path("id").asString(), () -> check.accept(c)));
                    }
                }
            }
        }
        assertTrue(tests.size() > 0, "no case of " + topic);
        return tests.stream();
    }

    private static double[] doubles(JsonNode array) {
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = array.get(i).asDouble();
        }
        return numbers;
    }

    private static float[] floats(double[] wide) {
        float[] narrow = new float[wide.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) wide[i];
        }
        return narrow;
    }

    private static double[] widen(float[] narrow) {
        double[] wide = new double[narrow.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = narrow[i];
        }
        return wide;
    }
}
