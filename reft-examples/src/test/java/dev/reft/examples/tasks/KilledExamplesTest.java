package dev.reft.examples.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.ChoiceHack;
import dev.reft.examples.ExampleTasks;
import dev.reft.examples.TrainConstraints;
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
        check(
                ChoiceHack.class,
                SIZES,
                List.of("stages/.scratch-letter/checkpoints/latest"),
                List.of("stages/letter/steps.jsonl"));
    }

    @Test
    void puzzle() throws Exception {
        check(
                ExampleTasks.class,
                "--task puzzle" + SIZES,
                List.of(
                        "puzzle/stages/.scratch-warm-up/checkpoints/latest",
                        "puzzle/stages/.scratch-grpo/checkpoints/latest"),
                List.of("puzzle/stages/warm-up/answers.jsonl", "puzzle/stages/grpo/steps.jsonl"));
    }

    /** Samples that were drawn beside the updates are lost with the process, and drawn again. */
    @Test
    void constraints() throws Exception {
        String steps = "stages/grpo-overlapped/steps.jsonl";
        check(
                TrainConstraints.class,
                SIZES.replace("--questions 64", "--questions 120")
                        .replace("--warm-up-epochs 12", "--warm-up-epochs 40")
                        .replace("--prompts 4 --samples 2", "--prompts 8 --samples 4")
                        .replace("--save-every 1", "--save-every 2"),
                List.of("stages/.scratch-grpo-overlapped/checkpoints/latest"),
                List.of(steps));
        String last = text("whole", steps).lines().reduce((a, b) -> b).orElse("");
        assertFalse(last.contains("\"watch/kl\":0.0,"), "nothing was learned: " + last);
    }

    /** Killed in each of its stages: SFT, both forms of preferences, reinforcement. */
    @Test
    void pipeline() throws Exception {
        check(
                TrainPipeline.class,
                "--kto --pair-prompts 24 --pair-epochs 2 --pair-batch 4" + SIZES,
                List.of(
                        "stages/.scratch-sft/checkpoints/latest",
                        "stages/.scratch-dpo-norm/checkpoints/latest",
                        "stages/.scratch-kto/checkpoints/latest",
                        "stages/.scratch-rlvr-style-50/checkpoints/latest"),
                List.of(
                        "stages/sft/answers.jsonl",
                        "stages/dpo-norm/steps.jsonl",
                        "stages/kto/steps.jsonl",
                        "stages/rlvr-style-50/steps.jsonl"));
    }

    /** Killed once it has saved in the middle of a stage, and of each further one, a run comes to the same end as one that was left alone. */
    private void check(Class<?> program, String options, List<String> killedAt, List<String> compared)
            throws Exception {
        finish(program, options, "whole");
        for (String moment : killedAt) {
            Process process = start(program, options, "killed");
            Path saved = folder.resolve("killed").resolve(moment);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!Files.exists(saved) && !process.waitFor(5, TimeUnit.MILLISECONDS) && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            process.destroyForcibly().waitFor();
            assertTrue(Files.exists(saved), moment + "\n" + Files.readString(said("killed")));
        }
        finish(program, options, "killed");
        for (String moment : killedAt) {
            Path saved = folder.resolve("killed").resolve(moment);
            assertFalse(Files.exists(saved), "what was saved on the way is gone in the end");
        }
        for (String file : compared) {
            assertEquals(text("whole", file), text("killed", file), file);
        }
        Path report = Path.of(compared.get(0)).getParent().getParent().resolveSibling("report.md");
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
