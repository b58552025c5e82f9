package dev.reft.examples.rft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.RftJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole job on the real engine, in processes that are killed (SIGKILL). */
@Tag("slow")
class KilledJobTest {
    private static final int PATIENCE_SECONDS = 400;
    private static final String OPTIONS =
            "--sample 6 --epochs 6 --samples 2 --warm-up-epochs 2 --save-every 2 --threads 1"
                    + " --rate 1e-4 --max-tokens 12 --seed 3";

    @TempDir
    Path folder;

    @Test
    void aJobThatIsKilledInItsWarmUpAndInItsStepsEndsAsIfItHadNotBeen() throws Exception {
        finish("whole");
        killAt("checkpoints/warm-up/latest");
        killAt("checkpoints/rft-0/step-000004");
        finish("killed");
        for (String file : List.of("metrics.jsonl", "events.jsonl", "checkpoints.jsonl", "best/best.jsonl")) {
            List<Map<String, Object>> rows = rows("whole", file);
            assertFalse(rows.isEmpty(), file);
            assertEquals(rows, rows("killed", file), file);
        }
        assertEquals(7, rows("whole", "metrics.jsonl").size());
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("whole/model-words/model.safetensors")),
                Files.readAllBytes(folder.resolve("killed/model-words/model.safetensors")));
    }

    private List<Map<String, Object>> rows(String run, String file) {
        List<Map<String, Object>> rows = new ArrayList<>();
        new RunLog(folder.resolve(run).resolve(file)).rows().forEach(row -> {
            Map<String, Object> kept = new TreeMap<>(row);
            kept.keySet().removeIf(key -> key.startsWith("time/") || key.equals("eps") || key.equals("created_at"));
            rows.add(kept);
        });
        return rows;
    }

    private void killAt(String saved) throws Exception {
        Process process = start("killed");
        Path awaited = folder.resolve("killed").resolve(saved);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.exists(awaited) && !process.waitFor(2, TimeUnit.MILLISECONDS) && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertTrue(process.isAlive(), "ended before " + saved + ": " + Files.readString(said("killed")));
        process.destroyForcibly().waitFor();
        assertTrue(Files.exists(awaited), saved);
    }

    private void finish(String run) throws Exception {
        Process process = start(run);
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), run + " did not end");
        assertEquals(0, process.exitValue(), Files.readString(said(run)));
    }

    /** What the last process of a run printed. */
    private Path said(String run) {
        return folder.resolve(run + ".txt");
    }

    private Process start(String run) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                RftJob.class.getName(),
                "--out",
                folder.resolve(run).toString()));
        command.addAll(List.of(OPTIONS.split(" ")));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said(run).toFile())
                .start();
    }
}
