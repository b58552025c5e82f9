package dev.reft.examples.run;

import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.PreferenceConfig;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.PreferenceTrainer;
import dev.reft.ppo.StepReport;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Direct preference optimisation on the same noisy choices that RLHF has, in Tulu 3's length-normalised form (beta 5). The plain form with
 * beta 0.1 left the small model worse than its warm-up: nothing holds a policy whose answers have ten tokens.
 */
final class DpoMethod implements Method {
    /** Name of the measure of the loss of the first batch before anything was learned. */
    static final String FIRST_LOSS = "loss of the first batch (ln 2 = 0.693147)";

    private static final int EPOCHS = 1;
    private static final int PAIRS = 32;

    private final int labelled;

    DpoMethod(int labelled) {
        this.labelled = labelled;
    }

    @Override
    public String name() {
        return "dpo";
    }

    @Override
    public Facts train(Stages stages) {
        RunFolder folder = stages.folder();
        Choices choices = Choices.of(stages, labelled);
        Batches<PreferencePair> batches = Batches.of(choices.train(), PAIRS, Examiner.seed(stages.plan(), "dpo"));
        Map<String, Double> measures = choices.measures();
        long steps = EPOCHS * batches.stepsPerEpoch();
        PreferenceConfig config = PreferenceConfig.dpoNorm(steps)
                .with(base -> base.rate(rate(stages.plan())).maxTokens(0));
        try (Policy policy = stages.warm();
                PreferenceTrainer trainer = folder.hasCheckpoint(name())
                        ? PreferenceTrainer.resume(policy, config, folder.checkpoints(name()))
                        : PreferenceTrainer.start(policy, config)) {
            StageLog log = stages.counted(
                    name(),
                    new StageLoop.Work(
                            () -> trainer.step(batches.at(trainer.steps())),
                            trainer::steps,
                            trainer::progress,
                            trainer::save),
                    trainer.hostState(),
                    steps,
                    stages.saveEverySupervised(),
                    policy,
                    DpoMethod::describe);
            stages.line().end(Stages.spent(log, trainer.steps()));
            // The first point of a log is the first step's alone.
            measures.put(FIRST_LOSS, log.points().get(0).metrics().getOrDefault("loss", Double.NaN));
            measures.put("right on held-out pairs", held(trainer, choices.heldOut()));
            return new Facts(
                    choices.labels(stages),
                    choices.sampled().seconds() + log.seconds(),
                    Math.max(choices.sampled().residentMegabytes(), log.residentMegabytes()),
                    measures);
        }
    }

    /** A small model takes a tenth of what supervised training takes, a real one Tulu 3's 5e-7. */
    private static double rate(RunPlan plan) {
        return plan.model().embedded() ? plan.warmUp().rate() / 10 : 5e-7;
    }

    private static double held(PreferenceTrainer trainer, List<PreferencePair> pairs) {
        return pairs.isEmpty()
                ? Double.NaN
                : trainer.evaluate(pairs).metrics().getOrDefault("rewards/accuracies", Double.NaN);
    }

    private static String describe(StepReport report, StageLog log) {
        return String.format(
                Locale.ROOT,
                "loss %.3f  margin %.2f",
                report.metrics().getOrDefault("loss", Double.NaN),
                report.metrics().getOrDefault("rewards/margins", Double.NaN));
    }
}
