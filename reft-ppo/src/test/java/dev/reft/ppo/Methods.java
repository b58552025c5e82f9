package dev.reft.ppo;

import dev.reft.math.Aggregation;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.ppo.Advantages.ScoreBaseline;
import dev.reft.testkit.Checked;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every method without a critic, in numbers that suit sums of two digits. */
final class Methods {
    private Methods() {}

    /** A policy without values that has imitated answers for some steps; it refuses to be asked for a value. */
    static Policy policy(Replicas replicas, int steps) {
        Training plain = Training.full(1);
        Policy policy = Checked.policy(Addition.MODEL.policy(
                new Training(new ValueHead.None(), plain.adapter(), plain.optimizer(), plain.seed(), replicas)));
        Addition.warmUp(policy, steps);
        return policy;
    }

    static Policy policy(int steps) {
        return policy(Replicas.SINGLE, steps);
    }

    static PpoTrainer start(Policy policy, PpoConfig config) {
        return PpoTrainer.of(policy).grader(Addition.GRADER).config(config).start();
    }

    static Map<String, PpoConfig> all() {
        Map<String, PpoConfig> all = new LinkedHashMap<>();
        all.put("grpo", tiny(PpoConfig.grpo()));
        all.put(
                "drGrpo",
                tiny(PpoConfig.drGrpo().toBuilder()
                        .aggregation(new Aggregation.FixedLength(2))
                        .build()));
        all.put("dapo", tiny(PpoConfig.dapo()));
        all.put("gspo", tiny(PpoConfig.gspo()));
        all.put("cispo", tiny(PpoConfig.cispo()));
        all.put("rloo", tiny(PpoConfig.rloo()));
        all.put(
                "opo",
                tiny(PpoConfig.rloo().toBuilder()
                        .advantages(new Advantages.LengthWeighted())
                        .build()));
        all.put("reinforce++", tiny(PpoConfig.reinforcePlusPlus()));
        all.put("reinforce++ baseline", tiny(PpoConfig.reinforcePlusPlusBaseline()));
        return all;
    }

    /** Rates and lengths of the task; what makes the method is left. */
    static PpoConfig tiny(PpoConfig config) {
        KlPenalty kl = config.kl();
        if (kl instanceof KlPenalty.InLoss in) {
            kl = new KlPenalty.InLoss(in.estimator(), new KlController.Fixed(0.005));
        } else if (kl instanceof KlPenalty.InReward) {
            kl = new KlPenalty.InReward(KlEstimator.K1, new KlController.Fixed(0.005));
        }
        PpoConfigBuilder builder = config.toBuilder();
        if (config.overlong() instanceof Overlong.Soft) {
            builder.overlong(new Overlong.Soft(1, 0.25));
        }
        return builder.maxTokens(2)
                .samplesPerPrompt(8)
                .policyRate(4e-3)
                .policySchedule(new dev.reft.math.LearningRate.Constant(0))
                .miniBatches(Math.min(2, config.miniBatches()))
                .entropyCoefficient(0.03)
                .kl(kl)
                .seed(5)
                .build();
    }

    /** PPO whose scores are first reduced by the group's mean: the one method that has both. */
    static PpoConfig both() {
        return Addition.config().toBuilder()
                .advantages(new Advantages.Gae(1, 0.95, Truncation.ZERO, ScoreBaseline.GROUP_MEAN))
                .build();
    }
}
