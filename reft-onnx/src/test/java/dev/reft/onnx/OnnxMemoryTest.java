package dev.reft.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.LanguageModel;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.onnx.export.OnnxExportOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What 2,000 steps of all shapes, new weights among them, do to the memory of their process. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class OnnxMemoryTest {
    private static final int STEPS = 2000;

    @TempDir
    Path directory;

    @Test
    void staysFlat() throws IOException, InterruptedException {
        Path model = TinyGraph.llama(directory.resolve("model"), "null");
        Path graph = TinyGraph.graph(model, new OnnxExportOptions(true, true, true, false));
        Path log = directory.resolve("log.txt");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms128m",
                        "-Xmx128m",
                        "-XX:+AlwaysPreTouch",
                        Steps.class.getName(),
                        graph.toString(),
                        model.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        assertTrue(process.waitFor(10, TimeUnit.MINUTES), "it did not end");
        assertEquals(0, process.exitValue(), Files.readString(log));
        List<Long> kilobytes = Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("step "))
                .map(line -> Long.valueOf(line.split(" ")[2]))
                .toList();
        assertEquals(STEPS, kilobytes.size());
        double before = median(kilobytes.subList(STEPS / 4, STEPS / 2));
        double after = median(kilobytes.subList(STEPS - STEPS / 4, STEPS));
        Logger.getLogger(OnnxMemoryTest.class.getName())
                .info("resident in steps 500-1000 and 1500-2000: " + Math.round(before / 1024) + " and "
                        + Math.round(after / 1024) + " MiB");
        assertTrue(after < before * 1.03, () -> "resident memory grew from " + before + " to " + after + " kB");
    }

    private static double median(List<Long> values) {
        List<Long> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    /** The process: a step scores rows and generates for prompts of random lengths; each hundredth takes new weights. */
    static final class Steps {
        private Steps() {}

        public static void main(String[] arguments) throws IOException {
            Random random = new Random(1);
            Set<Output> outputs = Set.of(Output.values());
            try (LanguageModel model = (LanguageModel) new OnnxProvider().open(Golden.spec(Path.of(arguments[0])))) {
                for (int step = 1; step <= STEPS; step++) {
                    List<Row> rows = new ArrayList<>();
                    List<GenerationRequest> requests = new ArrayList<>();
                    for (int i = 0; i < 1 + random.nextInt(4); i++) {
                        rows.add(Row.of(ids(random, 1 + random.nextInt(20)), ids(random, 1 + random.nextInt(20))));
                        requests.add(new GenerationRequest(
                                "r" + i,
                                ids(random, 1 + random.nextInt(30)),
                                random.longs(1 + random.nextInt(3)).toArray(),
                                Sampling.at(1),
                                1 + random.nextInt(20),
                                List.of(),
                                Constraint.NONE));
                    }
                    model.score(TokenBatch.of(rows), outputs);
                    model.generate(requests);
                    if (step % 100 == 0) {
                        ((ScoringModel) model).refresh(Path.of(arguments[1]));
                    }
                    System.out.println("step " + step + " " + residentKilobytes());
                }
            }
        }

        private static int[] ids(Random random, int count) {
            return random.ints(count, 0, 29).toArray();
        }

        private static long residentKilobytes() throws IOException {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
            throw new IllegalStateException("/proc/self/status has no VmRSS");
        }
    }
}
