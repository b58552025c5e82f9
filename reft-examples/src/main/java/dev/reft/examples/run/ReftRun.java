package dev.reft.examples.run;

import dev.reft.examples.view.HtmlReport;
import dev.reft.examples.view.ProgressLine;
import dev.reft.model.MemoryLoad;
import dev.reft.model.Optimizer;
import dev.reft.model.Policy;
import dev.reft.ppo.SftTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * ReFT in stages: warm-up on chains of thought, PPO on checked answers, and, to compare, the warm-up continued for as long as
 * PPO took. Each stage opens the model anew, goes on from its last checkpoint, and is skipped once it is finished; so the
 * same command after a kill goes on where it was.
 */
public final class ReftRun {
    static final String UNTUNED = Stages.UNTUNED;
    static final String WARM_UP = Stages.WARM_UP;
    static final String PPO = Stages.PPO;
    static final String SFT = Stages.SFT;

    /** AdamW as ReFT has it: no weight decay. */
    public static final Optimizer OPTIMIZER = Stages.OPTIMIZER;

    private final Stages stages;

    ReftRun(Stages stages) {
        this.stages = stages;
    }

    /**
     * Runs what is left of a plan.
     *
     * @param plan what to do
     * @param root the run's folder
     * @param opener opens the model as it is before training
     * @param line shows progress
     * @return the report's file
     * @throws IOException if the report cannot be written
     * @throws IllegalArgumentException if the folder holds a run of another plan
     */
    public static Path go(RunPlan plan, Path root, Supplier<Policy> opener, ProgressLine line) throws IOException {
        try (RunFolder folder = RunFolder.open(root, plan)) {
            return new ReftRun(Stages.of(plan, folder, opener, line)).run();
        }
    }

    /** Runs the stages that are left and writes the report. */
    Path run() throws IOException {
        begin();
        for (Method method : List.of(new ReftMethod(), new SftMethod())) {
            stages.run(method);
        }
        return report();
    }

    /** Runs what is left of what comes before PPO. */
    void begin() {
        if (isUntunedOpen()) {
            try (Policy policy = stages.opener().get()) {
                stages.examiner().examine(UNTUNED, policy);
            }
        }
        warmUp();
    }

    boolean hasToBegin() {
        return isUntunedOpen() || stages.isOpen(WARM_UP);
    }

    private boolean isUntunedOpen() {
        return stages.plan().evaluation().untuned() && !stages.examiner().complete(UNTUNED);
    }

    /** Writes the report of what is finished. */
    Path report() throws IOException {
        RunPlan plan = stages.plan();
        Path report = stages.folder().path("report.html");
        RunReport summary = new RunReport(plan, stages.folder(), stages.data(), stages.examiner());
        HtmlReport.write(summary.data(), report);
        summary.lines().forEach(stages.line()::say);
        return report;
    }

    /** Runs what is left of the warm-up and of its test. */
    private void warmUp() {
        if (!stages.isOpen(WARM_UP)) {
            return;
        }
        RunFolder folder = stages.folder();
        try (Policy policy = stages.opener().get();
                SftTrainer trainer = folder.hasCheckpoint(WARM_UP)
                        ? SftTrainer.resume(policy, stages.sftConfig(), folder.checkpoints(WARM_UP))
                        : SftTrainer.start(policy, stages.sftConfig())) {
            StageLog log = stages.counted(
                    WARM_UP,
                    StageLoop.Work.of(trainer, stages.examples()),
                    trainer.hostState(),
                    stages.warmUpSteps(),
                    stages.saveEverySupervised(),
                    policy,
                    StageLoop::loss);
            stages.line().end(Stages.spent(log, trainer.steps()));
            stages.examiner().examine(WARM_UP, policy);
        }
    }

    /**
     * What a plan asks of a model's memory, with prompts as long as the longest answer.
     *
     * @param plan what to do
     * @return the load
     */
    public static MemoryLoad memoryLoad(RunPlan plan) {
        return Stages.ppoConfig(plan).memoryLoad(plan.maxTokens());
    }
}
