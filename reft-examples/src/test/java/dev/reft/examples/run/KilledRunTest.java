package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.Quickstart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on the real engine, in processes that are killed. */
@Tag("slow")
class KilledRunTest {
    private static final int KILLS = 10;
    private static final int STEPS = 12;
    private static final int SAVE_EVERY = 2;
    private static final int PATIENCE_SECONDS = 240;

    @TempDir
    Path folder;

    @Test
    void tenKillsChangeNothingAndTwoRunsOfASeedAreOne() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long start = System.nanoTime();
        finish("whole");
        int millis = (int) ((System.nanoTime() - start) / 1_000_000);
        finish("again");
        long saved = 0;
        for (int kills = 0; kills < KILLS; kills++) {
            Process process = start("killed");
            boolean ended = process.waitFor(random.nextInt(millis), TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor(); // SIGKILL
            // Each start goes on at the step of the last save, and no save is ever lost.
            Optional<String> first = Files.readAllLines(said("killed")).stream()
                    .filter(line -> line.startsWith("PPO "))
                    .findFirst();
            assertTrue(first.isEmpty() || first.get().contains(" " + saved + "/" + STEPS), first + ", saved: " + saved);
            long now = savedSteps("killed");
            assertTrue(now >= saved && now % SAVE_EVERY == 0, saved + ", then " + now);
            saved = now;
            if (ended) {
                deleteRun("killed"); // it came to its end; what is left of the kills hits a run from the start
                saved = 0;
            }
        }
        finish("killed");
        for (String other : List.of("again", "killed")) {
            String message = other + ", kills by seed " + seed;
            for (String stage : List.of("warm-up", "ppo")) {
                assertEquals(numbers("whole", stage), numbers(other, stage), message);
                String answers = "answers/" + stage + "-test.jsonl";
                assertEquals(text("whole", answers), text(other, answers), message);
            }
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve("whole/model-reft/model.safetensors")),
                    Files.readAllBytes(folder.resolve(other).resolve("model-reft/model.safetensors")),
                    message);
        }
    }

    /** Steps of PPO in the last checkpoint; 0 if there is none. */
    private long savedSteps(String run) throws Exception {
        Path latest = folder.resolve(run).resolve("checkpoints/ppo/latest");
        // Killed between a checkpoint and its becoming the latest, a run saves it again as step-000004-2.
        return Files.exists(latest)
                ? Long.parseLong(Files.readString(latest).trim().replaceAll("step-(\\d+).*", "$1"))
                : 0;
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
                Quickstart.class.getName(),
                "--out",
                folder.resolve(run).toString()));
        String options = "--threads 1 --chains 40 --answers 100 --tests 20 --warm-up-epochs 3 --prompts 16"
                + " --samples 2 --critic-warm-up 2 --evaluate-every 5 --evaluate-problems 10 --seed 7 --save-every "
                + SAVE_EVERY + " --steps " + STEPS;
        command.addAll(List.of(options.split(" ")));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said(run).toFile())
                .start();
    }

    private void deleteRun(String run) throws Exception {
        try (Stream<Path> files = Files.walk(folder.resolve(run))) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).collect(Collectors.toList())) {
                Files.delete(file);
            }
        }
    }

    private List<String> numbers(String run, String stage) throws Exception {
        StageLog log = RunFolder.log(text(run, "finished-" + stage + ".json"));
        List<String> numbers = new ArrayList<>();
        log.points().forEach(point -> numbers.add(point.step() + " " + point.metrics()));
        log.checks().forEach(check -> numbers.add(check.step() + " " + check.right() + " " + check.shown()));
        assertFalse(numbers.isEmpty());
        return numbers;
    }

    private String text(String run, String file) throws Exception {
        return Files.readString(folder.resolve(run).resolve(file));
    }
}
