package dev.reft.examples.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.ChoiceHack;
import dev.reft.examples.ExampleTasks;
import dev.reft.examples.TrainPipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples as processes that are killed (SIGKILL) and started again. */
@Tag("slow")
class KilledExamplesTest {
    private static final int PATIENCE_SECONDS = 300;
    private static final String SIZES =
            " --threads 1 --examples 48 --warm-up-epochs 12 --warm-up-batch 16 --warm-up-rate 2e-3"
                    + " --questions 64 --steps 4 --prompts 4 --samples 2 --tests 6 --evaluate-every 1 --save-every 1 --seed 7";

    @TempDir
    Path folder;

    @Test
    void choiceHack() throws Exception {
        check(ChoiceHack.class, SIZES, "stages/.scratch-letter/checkpoints/latest", "stages/letter/steps.jsonl");
    }

    @Test
    void puzzle() throws Exception {
        check(
                ExampleTasks.class,
                "--task puzzle" + SIZES,
                "puzzle/stages/.scratch-grpo/checkpoints/latest",
                "puzzle/stages/grpo/steps.jsonl");
    }

    @Test
    void pipeline() throws Exception {
        check(
                TrainPipeline.class,
                "--pair-prompts 24 --pair-epochs 2 --pair-batch 4" + SIZES,
                "stages/.scratch-dpo-norm/checkpoints/latest",
                "stages/rlvr-style-50/steps.jsonl");
    }

    /** Killed once it has saved in the middle of a stage, a run comes to the same end as one that was left alone. */
    private void check(Class<?> program, String options, String killedAt, String compared) throws Exception {
        finish(program, options, "whole");
        Process process = start(program, options, "killed");
        Path saved = folder.resolve("killed").resolve(killedAt);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.exists(saved) && !process.waitFor(5, TimeUnit.MILLISECONDS) && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        process.destroyForcibly().waitFor();
        assertTrue(Files.exists(saved), Files.readString(said("killed")));
        finish(program, options, "killed");
        assertFalse(Files.exists(saved), "what was saved on the way is gone in the end");
        assertEquals(text("whole", compared), text("killed", compared));
        Path report = Path.of(compared).getParent().getParent().resolveSibling("report.md");
        assertEquals(text("whole", report.toString()), text("killed", report.toString()));
    }

    private String text(String run, String file) throws Exception {
        return Files.readString(folder.resolve(run).resolve(file));
    }

    private void finish(Class<?> program, String options, String run) throws Exception {
        Process process = start(program, options, run);
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), run + " did not end");
        assertEquals(0, process.exitValue(), Files.readString(said(run)));
    }

    /** What the last process of a run printed. */
    private Path said(String run) {
        return folder.resolve(run + ".txt");
    }

    private Process start(Class<?> program, String options, String run) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                "--out",
                folder.resolve(run).toString()));
        command.addAll(List.of(options.strip().split(" ")));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said(run).toFile())
                .start();
    }
}
