package dev.reft.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.onnx.export.OnnxExportOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Graphs under random damage, in a process of their own, since the runtime is native code: each is read as a valid file or
 * refused by an exception, soon, without a crash and without much memory.
 */
@EnabledOnOs(OS.LINUX)
class OnnxMutationTest {
    private static final int MUTANTS = Integer.getInteger("reft.mutants", 500);

    /** Resident memory of the process at its worst; half of it is the virtual machine with the runtime. */
    private static final long MOST_MEBIBYTES = 900;

    @TempDir
    Path directory;

    @Test
    void damagedGraphsAreReadOrRefused() throws IOException, InterruptedException {
        Path model = TinyGraph.llama(directory.resolve("model"), "null");
        Path graph = TinyGraph.graph(model, new OnnxExportOptions(true, true, true, false));
        Map<String, Integer> outcomes = new TreeMap<>();
        List<String> crashes = new ArrayList<>();
        long slowest = 0;
        long peak = 0;
        int next = 0;
        while (next < MUTANTS) {
            Path log = directory.resolve("log-" + next + ".txt");
            int code = child(graph, log, next);
            int at = next;
            for (String line : Files.readAllLines(log)) {
                String[] words = line.split(" ");
                if (line.startsWith("at ")) {
                    at = Integer.parseInt(words[1]);
                } else if (line.startsWith("end ")) {
                    outcomes.merge(words[2], 1, Integer::sum);
                    slowest = Math.max(slowest, Long.parseLong(words[3]));
                    peak = Math.max(peak, Long.parseLong(words[4]));
                    at++;
                }
            }
            if (code != 0) {
                crashes.add("mutant " + at + " ended the process with " + code + ": " + last(log));
                at++;
            }
            next = at;
        }
        Logger.getLogger(OnnxMutationTest.class.getName())
                .info("mutants of a graph: " + outcomes + ", the slowest " + slowest + " ms, at most " + peak + " MiB");
        assertEquals(List.of(), crashes);
        assertEquals(null, outcomes.get("surprise"), outcomes.toString());
        assertTrue(outcomes.getOrDefault("valid", 0) > MUTANTS / 50, outcomes.toString());
        assertTrue(slowest < 60_000, slowest + " ms"); // a second on a machine that has nothing else to do
        assertTrue(peak < MOST_MEBIBYTES, peak + " MiB");
    }

    private int child(Path graph, Path log, int first) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=" + directory.resolve("crash.txt"),
                        Mutants.class.getName(),
                        graph.toString(),
                        directory.resolve("damaged").toString(),
                        Integer.toString(first),
                        Integer.toString(MUTANTS - first))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly().waitFor();
            return -1;
        }
        return process.exitValue();
    }

    private static String last(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
