package dev.reft.examples.run;

import dev.reft.examples.data.WorkedAnswer;
import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.grading.Grade;
import dev.reft.grading.Prompt;
import dev.reft.model.LanguageModel;
import dev.reft.model.Models;
import dev.reft.model.Policy;
import dev.reft.model.Scorer;
import dev.reft.ppo.Batches;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.RewardModelConfig;
import dev.reft.ppo.RewardModelGrader;
import dev.reft.ppo.RewardModelTrainer;
import dev.reft.ppo.RewardScale;
import dev.reft.ppo.StepReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reinforcement from human feedback: a reward model is fitted to noisy choices, and PPO follows it. The choices' true scorer is
 * hidden from both; its mean is in the record of every step, so that one sees where the reward model is followed too far.
 */
final class RlhfMethod implements Method {
    static final String REWARD = "rlhf-reward";

    /** Name of the hidden scorer's part of a grade. */
    static final String HIDDEN = "hidden";

    /** Part of a grade: whether the reward model orders two answers to a question as the hidden scorer does. */
    static final String AGREES = "agrees";

    private static final int EPOCHS = 3;
    private static final int PAIRS = 32;

    private final int labelled;

    RlhfMethod(int labelled) {
        this.labelled = labelled;
    }

    @Override
    public String name() {
        return "rlhf";
    }

    @Override
    public Facts train(Stages stages) {
        Choices choices = Choices.of(stages, labelled);
        Map<String, Double> measures = choices.measures();
        Fit fit = fit(stages, choices);
        measures.putAll(fit.measures());
        StageLog log;
        try (LanguageModel reward = stages.frozen(REWARD);
                Policy policy = stages.warm()) {
            RewardModelGrader grader =
                    RewardModelGrader.of(Models.shared((Scorer) reward)).withScale(fit.scale());
            RunPlan.PpoPlan ppo = stages.plan().ppo();
            int samples = Math.max(2, ppo.samples());
            log = stages.reinforce(
                    name(),
                    policy,
                    Stages.learnedReward(stages.plan()).toBuilder()
                            .samplesPerPrompt(samples)
                            .build(),
                    builder -> builder.groupGrader((prompt, group) -> graded(grader, prompt, group)),
                    Math.max(1, ppo.prompts() * ppo.samples() / samples),
                    Stages::farFromWarmUp);
        }
        measures.put("PPO steps", (double) Stages.lastStep(log));
        return new Facts(
                choices.labels(stages),
                choices.sampled().seconds() + fit.log().seconds() + log.seconds(),
                Math.max(
                        choices.sampled().residentMegabytes(),
                        Math.max(fit.log().residentMegabytes(), log.residentMegabytes())),
                measures);
    }

    /** The reward model's stage, what is known of it, and how its scores become rewards. */
    private record Fit(StageLog log, Map<String, Double> measures, RewardScale scale) {}

    /** Fits the reward model, or goes on from where that was. */
    private static Fit fit(Stages stages, Choices choices) {
        RunFolder folder = stages.folder();
        Batches<PreferencePair> batches = Batches.of(choices.train(), PAIRS, Examiner.seed(stages.plan(), REWARD));
        long steps = EPOCHS * batches.stepsPerEpoch();
        RewardModelConfig config = config(stages, steps);
        try (Policy model = stages.warm();
                RewardModelTrainer trainer = folder.hasCheckpoint(REWARD)
                        ? RewardModelTrainer.resume(model, config, folder.checkpoints(REWARD))
                        : RewardModelTrainer.start(model, config)) {
            StageLog log = stages.counted(
                    REWARD,
                    new StageLoop.Work(
                            () -> trainer.step(batches.at(trainer.steps())),
                            trainer::steps,
                            trainer::progress,
                            trainer::save),
                    trainer.hostState(),
                    steps,
                    stages.saveEverySupervised(),
                    model,
                    StageLoop::loss);
            stages.line().end(Stages.spent(log, trainer.steps()));
            if (choices.heldOut().isEmpty()) {
                return new Fit(log, Map.of(), RewardScale.NONE);
            }
            StepReport held = trainer.evaluate(choices.heldOut());
            Map<String, Double> measures = new LinkedHashMap<>();
            measures.put("reward model right on held-out pairs", held.metric("accuracy"));
            measures.put("its expected calibration error", held.metric("calibration/ece"));
            return new Fit(log, measures, RewardScale.normalising(held));
        }
    }

    /**
     * The warm-up's rate throughout, falling to 0. To tell right answers from wrong ones is more than the warm-up knows, so the trunk has to
     * learn as much as the head.
     */
    private static RewardModelConfig config(Stages stages, long steps) {
        double rate = stages.plan().warmUp().rate();
        return RewardModelConfig.trl()
                .withLoss(0, 0.01)
                .withRates(rate, rate)
                .with(base -> base.schedule(stages.falling(steps)));
    }

    /** The reward model's scores, with what the hidden scorer says beside them. */
    static List<Grade> graded(RewardModelGrader grader, Prompt prompt, List<Completion> group) throws Exception {
        List<Grade> grades = grader.group().grade(prompt, group);
        double[] proxy = new double[group.size()];
        double[] hidden = new double[group.size()];
        for (int i = 0; i < proxy.length; i++) {
            proxy[i] = grades.get(i) instanceof Grade.Score score ? score.value() : Double.NaN;
            hidden[i] = hidden(prompt, group.get(i)).value();
        }
        List<Grade> all = new ArrayList<>();
        for (int i = 0; i < proxy.length; i++) {
            int other = i + 1 < proxy.length ? i + 1 : 0;
            if (grades.get(i) instanceof Grade.Score score) {
                Map<String, Double> parts = new LinkedHashMap<>(score.parts());
                parts.put(HIDDEN, hidden[i]);
                if (other != i && hidden[i] != hidden[other] && !Double.isNaN(proxy[other])) {
                    parts.put(AGREES, proxy[i] > proxy[other] == hidden[i] > hidden[other] ? 1.0 : 0.0);
                }
                all.add(new Grade.Score(score.value(), parts, score.credits(), score.extracted(), score.explanation()));
            } else {
                all.add(grades.get(i));
            }
        }
        return all;
    }

    private static Grade.Score hidden(Prompt prompt, Completion completion) {
        return WorkedAnswer.score(completion.text(), prompt.reference(), completion.finish() != Finish.LENGTH);
    }
}
