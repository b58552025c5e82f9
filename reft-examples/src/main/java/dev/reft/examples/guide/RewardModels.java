package dev.reft.examples.guide;

import dev.reft.grading.Prompt;
import dev.reft.model.Policy;
import dev.reft.model.Scorer;
import dev.reft.ppo.Batches;
import dev.reft.ppo.PpoConfig;
import dev.reft.ppo.PpoTrainer;
import dev.reft.ppo.PreferencePair;
import dev.reft.ppo.RewardModelConfig;
import dev.reft.ppo.RewardModelGrader;
import dev.reft.ppo.RewardModelTrainer;
import dev.reft.ppo.RewardScale;
import dev.reft.ppo.StepReport;
import java.util.List;

/** A reward model from pairs, and reinforcement by what it says. */
public final class RewardModels {
    private RewardModels() {}

    // region reward-model
    /**
     * Fits a reward model.
     *
     * @param model a policy with a shared value head; {@code model.export(directory)} writes what then opens as a scorer, or as a critic by
     *     {@code ValueHead.Separate}
     * @param pairs what is preferred over what
     * @param heldOut pairs that are not trained
     * @param rate of learning; 3e-6 suits a model of billions of weights
     * @param epochs over the pairs
     * @return accuracy, margin and calibration on held-out pairs
     */
    public static StepReport fit(
            Policy model, List<PreferencePair> pairs, List<PreferencePair> heldOut, double rate, int epochs) {
        Batches<PreferencePair> batches = Batches.of(pairs, 16, 1);
        RewardModelConfig config = RewardModelConfig.trl().withRates(rate, rate);
        try (RewardModelTrainer trainer = RewardModelTrainer.start(model, config)) {
            while (batches.epoch(trainer.steps()) < epochs) {
                trainer.step(batches.at(trainer.steps()));
            }
            return trainer.evaluate(heldOut); // accuracy, margin, calibration/ece, score/mean, score/std, ...
        }
    }

    /**
     * RLHF: reinforcement by a reward model.
     *
     * @param policy what learns
     * @param rewardModel the reward model, thread-safe: {@code Models.shared(opened)}
     * @param measured from {@link #fit}; its scores are brought to mean 0 and deviation 1
     * @param prompts what is answered
     * @param config of the reinforcement
     * @param steps how many
     * @return the last step's report
     */
    public static StepReport reinforce(
            Policy policy, Scorer rewardModel, StepReport measured, List<Prompt> prompts, PpoConfig config, int steps) {
        RewardModelGrader grader = RewardModelGrader.of(rewardModel).withScale(RewardScale.normalising(measured));
        try (PpoTrainer trainer =
                PpoTrainer.of(policy).config(config).groupGrader(grader.group()).start()) {
            StepReport last = trainer.step(prompts);
            while (trainer.steps() < steps) {
                last = trainer.step(prompts);
            }
            return last;
        }
    }
    // endregion
}
