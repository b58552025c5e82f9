package dev.reft.examples.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.examples.generate.ConstrainedPrompt;
import dev.reft.examples.tasks.StylePipeline.Form;
import dev.reft.examples.view.ProgressLine;
import dev.reft.model.Policy;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.ppo.pipeline.Provenance;
import dev.reft.ppo.pipeline.StageFailedException;
import dev.reft.testkit.ForwardingPolicy;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The three examples on the real engine, tiny, whole and broken off. */
class TaskRunTest {
    private static final int NEVER = Integer.MAX_VALUE;

    @TempDir
    Path folder;

    /** Optimiser steps: 3 an epoch of the warm-up; 8 a step of reinforcement. */
    static TaskPlan plan(int epochs) {
        return new TaskPlan(
                7,
                1,
                new TaskPlan.WarmUp(48, epochs, 16, 2e-3),
                new TaskPlan.Reinforce(64, 2, 4, 2, 1e-4, 0.01, 1),
                6,
                1);
    }

    private static ProgressLine quiet() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        return new ProgressLine(nowhere, false, 80, System::nanoTime);
    }

    /** Breaks off before an optimiser step. */
    private static Supplier<Policy> breaking(Supplier<Policy> opener, int after) {
        AtomicInteger left = new AtomicInteger(after);
        return () -> new ForwardingPolicy(opener.get()) {
            @Override
            public StepResult step(StepSize size) {
                if (left.getAndDecrement() == 0) {
                    throw new IllegalStateException("broken off");
                }
                return super.step(size);
            }
        };
    }

    @ParameterizedTest
    @CsvSource({"code, 2", "puzzle, 3", "extraction, 14"})
    void aTaskRunsAndGoesOnWhereItWasBrokenOff(String name, int after) throws Exception {
        Path whole = folder.resolve("whole");
        List<String> report = TaskRun.go(name, plan(1), whole, quiet());
        assertTrue(report.stream().anyMatch(l -> l.startsWith("| warm-up |")), report.toString());
        assertTrue(report.stream().anyMatch(l -> l.startsWith("| grpo |")), report.toString());
        Path broken = folder.resolve("broken");
        try (Task task = Tasks.open(name)) {
            Supplier<Policy> opener = TaskRun.opener(task, plan(1), broken);
            assertThrows(
                    StageFailedException.class,
                    () -> TaskRun.go(task, plan(1), broken, breaking(opener, after), quiet()));
            assertTrue(
                    Files.isDirectory(broken.resolve(after < 3 ? "stages/.scratch-warm-up" : "stages/.scratch-grpo")));
            TaskRun.go(task, plan(1), broken, breaking(opener, NEVER), quiet());
            assertSame(List.of("warm-up/answers.jsonl", "grpo/answers.jsonl", "grpo/steps.jsonl"));
            // What is done is not done again.
            Supplier<Policy> none = () -> {
                throw new IllegalStateException("opened");
            };
            assertEquals(report, TaskRun.go(task, plan(1), broken, none, quiet()));
        }
        assertProvenance(broken.resolve("stages"));
        // From the usual deviation these tasks are not learned: both folders have the task's own.
        for (Path run : List.of(whole, broken)) {
            String config = Files.readString(run.resolve("model/config.json")).replace(" ", "");
            assertTrue(config.contains("\"initializer_range\":0.08"), config);
        }
    }

    private void assertSame(List<String> files) throws Exception {
        for (String file : files) {
            assertEquals(
                    Files.readString(folder.resolve("whole/stages").resolve(file)),
                    Files.readString(folder.resolve("broken/stages").resolve(file)),
                    file);
        }
    }

    /** Every checkpoint of every stage says where it came from. */
    private static void assertProvenance(Path stages) throws Exception {
        int checkpoints = 0;
        try (Stream<Path> files = Files.walk(stages)) {
            for (Path file : files.filter(f -> f.endsWith("trainer.json")).toList()) {
                Path checkpoint = file.getParent();
                Path stage = checkpoint.getParent().getParent();
                assertEquals(
                        String.valueOf(stage.getFileName()),
                        Provenance.read(checkpoint).stage());
                checkpoints++;
            }
        }
        assertTrue(checkpoints >= 2, checkpoints + " checkpoints");
    }

    @Test
    void aPipelineRunsAndGoesOnWhereItWasBrokenOff() throws Exception {
        // Of 36 steps of SFT, then some of DPO: broken off in SFT.
        pipeline(false, List.of(0.5), new int[] {30});
        assertSame(List.of("sft/answers.jsonl", "dpo-norm/pairs.jsonl", "rlvr-style-50/steps.jsonl"));
    }

    @Test
    @Tag("slow")
    void aPipelineRunsBothFormsAndASweepAndGoesOnWhereItWasBrokenOff() throws Exception {
        // In SFT, in a DPO, in a reinforcement.
        pipeline(true, List.of(0.25, 0.75), new int[] {30, 7, 12, 20});
        assertSame(List.of(
                "sft/answers.jsonl",
                "dpo-plain/pairs.jsonl",
                "dpo-plain/answers.jsonl",
                "dpo-norm/answers.jsonl",
                "kto/answers.jsonl",
                "kto/steps.jsonl",
                "rlvr-style-25/steps.jsonl",
                "rlvr-style-75/answers.jsonl"));
    }

    private void pipeline(boolean both, List<Double> weights, int[] breaks) throws Exception {
        TaskPlan plan = plan(12);
        StylePipeline.Options options = new StylePipeline.Options(Form.NORM, both, both, 24, 4, 1, 8, 1e-4, weights);
        Path whole = folder.resolve("whole");
        List<String> report = StylePipeline.go(plan, options, whole, quiet());
        List<String> stages = new ArrayList<>(List.of("sft", "dpo-norm"));
        if (both) {
            stages.add("dpo-plain");
            stages.add("kto");
        }
        weights.forEach(weight -> stages.add("rlvr-style-" + Math.round(100 * weight)));
        for (String stage : stages) {
            assertTrue(report.stream().anyMatch(l -> l.startsWith("| " + stage + " |")), stage + ": " + report);
        }
        assertTrue(report.stream().anyMatch(l -> l.contains("reward of the set style")), report.toString());
        Path broken = folder.resolve("broken");
        Supplier<Policy> opener = Workshop.opener(plan, broken, StyledProblems.WORDS);
        for (int after : breaks) {
            assertThrows(
                    StageFailedException.class,
                    () -> StylePipeline.go(plan, options, broken, breaking(opener, after), quiet()));
        }
        assertEquals(report, StylePipeline.go(plan, options, broken, breaking(opener, NEVER), quiet()));
        assertProvenance(broken.resolve("stages"));
    }

    @Test
    void promptsAreGeneratedCleanedAndTrainedOnWithSamplesBesideTheUpdates() throws Exception {
        TaskPlan plan = new TaskPlan(
                7,
                1,
                new TaskPlan.WarmUp(16, 1, 8, 2e-3),
                new TaskPlan.Reinforce(120, 3, 4, 2, 1e-4, 0.01, 1),
                6,
                2); // saving drops what was drawn ahead, so that not every step is saved
        Path whole = folder.resolve("whole");
        List<String> report = ConstraintRun.go(plan, whole, quiet());
        assertTrue(report.get(0).startsWith("120 prompts generated"), report.get(0));
        assertTrue(report.stream().anyMatch(l -> l.startsWith("| grpo-overlapped |")), report.toString());
        Path bare = folder.resolve("bare");
        Supplier<Policy> asked = Workshop.opener(plan, bare, List.of());
        ConstraintData data = ConstraintData.generate(plan, asked, 120);
        assertTrue(data.report().contaminated().size() > 0, "some of the prompts are by the tests' personas");
        assertTrue(data.clean().size() > 8, data.clean().size() + " clean prompts");
        assertTrue(data.tests().size() >= 6, data.tests().size() + " tests");
        // Every answer to imitate that keeps what is asked is worth 1 to the grader, every other 0.
        for (ConstrainedPrompt prompt : data.clean()) {
            String answer = ConstraintAnswers.keeping(
                    prompt.constraints().get(0), new Dice(prompt.id().hashCode()));
            assertEquals(
                    1, Texts.score(ConstraintRun.KEPT, prompt.prompt(), answer).value(), prompt + ": " + answer);
            assertEquals(
                    0,
                    Texts.scoreCutOff(ConstraintRun.KEPT, prompt.prompt(), answer)
                            .value());
        }
        List<String> words = data.words(Workshop.vocabulary(bare));
        Path broken = folder.resolve("broken");
        Supplier<Policy> opener = Workshop.opener(plan, broken, words);
        assertThrows(
                StageFailedException.class,
                () -> ConstraintRun.train(plan, data, broken, breaking(opener, 2 + 16 + 3), quiet()));
        ConstraintRun.train(plan, data, broken, breaking(opener, NEVER), quiet());
        assertSame(List.of("warm-up/answers.jsonl", "grpo-overlapped/answers.jsonl", "grpo-overlapped/steps.jsonl"));
        String steps = Files.readString(whole.resolve("stages/grpo-overlapped/steps.jsonl"));
        assertTrue(steps.contains("\"sampler/lag\":1.0"), steps);
        assertProvenance(broken.resolve("stages"));
    }

    @Test
    void bothRewardsAreRunAndGoOnWhereTheyWereBrokenOff() throws Exception {
        Path whole = folder.resolve("whole");
        List<String> report = ChoiceHacking.go(plan(2), whole, quiet());
        assertTrue(report.stream().anyMatch(l -> l.startsWith("| reward for letter |")), report.toString());
        assertTrue(
                report.stream().anyMatch(l -> l.startsWith("| reward for letter-and-reasoning |")), report.toString());
        Path broken = folder.resolve("broken");
        Supplier<Policy> opener = Workshop.opener(plan(2), broken, ChoiceItems.WORDS);
        assertThrows(
                StageFailedException.class,
                () -> ChoiceHacking.go(plan(2), broken, breaking(opener, 6 + 8 + 3), quiet()));
        assertEquals(report, ChoiceHacking.go(plan(2), broken, breaking(opener, NEVER), quiet()));
        assertSame(List.of("letter/steps.jsonl", "letter/answers.jsonl", "letter-and-reasoning/steps.jsonl"));
        assertProvenance(broken.resolve("stages"));
    }
}
