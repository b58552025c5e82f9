package dev.reft.examples.run;

import dev.reft.model.Policy;
import dev.reft.ppo.Batches;
import dev.reft.ppo.PreferenceConfig;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.PreferenceTrainer;
import dev.reft.ppo.StepReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Direct preference optimisation on the same noisy choices that RLHF has. */
final class DpoMethod implements Method {
    private static final int EPOCHS = 3;
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
    public String labels(Stages stages) {
        return "choices between two answers to " + labelled + " questions";
    }

    @Override
    public Map<String, Double> train(Stages stages) {
        RunFolder folder = stages.folder();
        Choices choices = Choices.of(stages, labelled);
        Batches<PreferencePair> batches = Batches.of(choices.train(), PAIRS, Examiner.seed(stages.plan(), "dpo"));
        Map<String, Double> measures = new LinkedHashMap<>();
        measures.put(BEFORE, choices.seconds());
        measures.put("pairs", (double) choices.train().size());
        try (Policy policy = stages.warm()) {
            PreferenceConfig config = PreferenceConfig.dpo().with(base -> base.rate(rate(stages.plan())));
            try (PreferenceTrainer trainer = folder.hasCheckpoint(name())
                    ? PreferenceTrainer.resume(policy, config, folder.checkpoints(name()))
                    : PreferenceTrainer.start(policy, config)) {
                trainer.precompute(choices.train());
                StageLog log = stages.counted(
                        name(),
                        new StageLoop.Work(
                                () -> trainer.step(batches.at(trainer.steps())),
                                trainer::steps,
                                trainer::progress,
                                trainer::save),
                        trainer.hostState(),
                        EPOCHS * batches.stepsPerEpoch(),
                        0,
                        stages.saveEverySupervised(),
                        policy,
                        DpoMethod::describe);
                stages.line().end(Stages.spent(log, trainer.steps()));
                if (!log.points().isEmpty()) {
                    measures.put("first loss", log.points().get(0).metrics().getOrDefault("loss", Double.NaN));
                }
                measures.put("accuracy on other choices", held(trainer, choices.heldOut()));
            }
            stages.examiner().examine(name(), policy);
        }
        return measures;
    }

    /** A small model takes a tenth of what supervised training takes, a real one DPO's usual 1e-6. */
    private static double rate(RunPlan plan) {
        return plan.model().embedded() ? plan.warmUp().rate() / 10 : 1e-6;
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
