package dev.reft.examples.rft;

import dev.reft.examples.run.ReftRun;
import dev.reft.examples.run.RunFolder;
import dev.reft.examples.view.ProgressLine;
import dev.reft.math.LearningRate;
import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.SftConfig;
import dev.reft.ppo.SftExample;
import dev.reft.ppo.SftTrainer;
import dev.reft.ppo.StepReport;
import java.nio.file.Path;
import java.util.Locale;

/** The supervised stage before a job's reinforcement, where there are examples; it goes on where it was. */
final class JobWarmUp {
    private static final String STAGE = "warm-up";
    private static final int BATCH = 32;
    private static final int RISING_STEPS = 20;

    private JobWarmUp() {}

    /** Leaves the policy with a new optimiser. */
    static void run(JobPlan plan, JobData data, RunFolder folder, Policy policy, ProgressLine line) {
        if (data.warmUp().isEmpty() || plan.warmUpEpochs() == 0) {
            return;
        }
        SftConfig config = SftConfig.reft().toBuilder()
                .rate(plan.warmUpRate())
                .schedule(new LearningRate.Constant(RISING_STEPS))
                .maxTokens(0)
                .build();
        Path checkpoints = folder.checkpoints(STAGE);
        Batches<SftExample> batches =
                Batches.of(data.warmUp(), Math.min(BATCH, data.warmUp().size()), JobRun.seed(plan, "examples"));
        long total = plan.warmUpEpochs() * batches.stepsPerEpoch();
        boolean begun = folder.hasCheckpoint(STAGE);
        try (SftTrainer trainer =
                begun ? SftTrainer.resume(policy, config, checkpoints) : SftTrainer.start(policy, config)) {
            long saved = begun ? trainer.steps() : -1;
            if (trainer.steps() < total) {
                line.start(STAGE, trainer.steps(), total);
            }
            while (trainer.steps() < total) {
                StepReport report = trainer.step(batches.at(trainer.steps()));
                double loss = report.metrics().getOrDefault("loss", Double.NaN);
                line.update(trainer.steps(), String.format(Locale.ROOT, "loss %.3f", loss));
                if (trainer.steps() - saved >= 10L * plan.saveEvery()) {
                    trainer.save(checkpoints, "");
                    saved = trainer.steps();
                }
            }
            if (saved != trainer.steps()) {
                trainer.save(checkpoints, "");
                line.end(trainer.steps() + " steps");
            }
        }
        policy.restartOptimizer(ReftRun.OPTIMIZER);
    }
}
