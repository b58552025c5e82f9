package dev.reft.examples.run;

import dev.reft.examples.data.WorkedAnswer;
import dev.reft.generation.Completion;
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
import dev.reft.ppo.SavedRun;
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

    private static final int EPOCHS = 2;
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
    public String labels(Stages stages) {
        return "choices between two answers to " + labelled + " questions";
    }

    @Override
    public Map<String, Double> train(Stages stages) {
        Choices choices = Choices.of(stages, labelled);
        Map<String, Double> measures = new LinkedHashMap<>();
        measures.put("pairs", (double) choices.train().size());
        try (Policy model = stages.warm()) {
            StageLog log = fit(stages, model, choices, measures);
            measures.put(BEFORE, choices.seconds() + log.seconds());
            try (LanguageModel frozen = model.frozenCopy();
                    Policy policy = stages.warm()) {
                RewardModelGrader grader = RewardModelGrader.of(Models.shared((Scorer) frozen));
                RunPlan.PpoPlan ppo = stages.plan().ppo();
                int samples = Math.max(2, ppo.samples());
                stages.reinforce(
                        name(),
                        policy,
                        Stages.learnedReward(stages.plan()).toBuilder()
                                .samplesPerPrompt(samples)
                                .build(),
                        builder -> builder.groupGrader((prompt, group) -> graded(grader, prompt, group)),
                        Math.max(1, ppo.prompts() * ppo.samples() / samples));
                stages.examiner().examine(name(), policy);
            }
        }
        return measures;
    }

    /** Fits the reward model, or reads the one that was fitted. */
    private static StageLog fit(Stages stages, Policy model, Choices choices, Map<String, Double> measures) {
        RunFolder folder = stages.folder();
        Batches<PreferencePair> batches = Batches.of(choices.train(), PAIRS, Examiner.seed(stages.plan(), REWARD));
        double rate = stages.plan().warmUp().rate();
        RewardModelConfig config = RewardModelConfig.trl().withLoss(0, 0.01).withRates(rate / 4, rate);
        if (folder.finished(REWARD).isPresent()) {
            SavedRun.restore(model, folder.checkpoints(REWARD));
        }
        try (RewardModelTrainer trainer = folder.hasCheckpoint(REWARD)
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
                    EPOCHS * batches.stepsPerEpoch(),
                    0,
                    stages.saveEverySupervised(),
                    model,
                    StageLoop::loss);
            stages.line().end(Stages.spent(log, trainer.steps()));
            if (!choices.heldOut().isEmpty()) {
                Map<String, Double> held = trainer.evaluate(choices.heldOut()).metrics();
                held.forEach((name, value) -> {
                    if (name.equals("accuracy") || name.equals("calibration/ece")) {
                        measures.put("reward model, held out: " + name, value);
                    }
                });
            }
            return log;
        }
    }

    /** The reward model's scores, with what the hidden scorer says beside them. */
    static List<Grade> graded(RewardModelGrader grader, Prompt prompt, List<Completion> group) throws Exception {
        List<Grade> grades = grader.group().grade(prompt, group);
        double[] proxy = new double[group.size()];
        double[] hidden = new double[group.size()];
        for (int i = 0; i < proxy.length; i++) {
            proxy[i] = grades.get(i) instanceof Grade.Score score ? score.value() : Double.NaN;
            hidden[i] =
                    WorkedAnswer.score(group.get(i).text(), prompt.reference()).value();
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
}
