package dev.reft.ppo;

import dev.reft.grading.Grade;
import dev.reft.grading.Grader;
import dev.reft.grading.Prompt;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.model.Optimizer;
import dev.reft.model.Policy;
import dev.reft.model.Replicas;
import dev.reft.model.Training;
import dev.reft.testkit.Checked;
import dev.reft.testkit.tiny.TinyModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Sums of two digits up to 2: a problem that a tiny policy learns within seconds. */
final class Addition {
    static final TinyModel MODEL =
            TinyModel.of("01234+=").withContext(8).withSizes(16, 2, 32, 1).withSeed(3);

    /** The right digit and nothing else is 1, the right digit and more is 0.5. */
    static final Grader GRADER = (prompt, completion) -> {
        String text = completion.text();
        double value = text.equals(prompt.reference()) ? 1 : text.startsWith(prompt.reference()) ? 0.5 : 0;
        return new Grade.Score(value, Map.of("exact", value == 1 ? 1.0 : 0.0), List.of(), text, "");
    };

    private Addition() {}

    /** A policy that also checks how the trainer uses it. */
    static Policy policy() {
        return Checked.policy(MODEL.policy(Training.full(1)));
    }

    static Policy policy(Replicas replicas) {
        Training plain = Training.full(1);
        return Checked.policy(MODEL.policy(
                new Training(plain.valueHead(), plain.adapter(), plain.optimizer(), plain.seed(), replicas)));
    }

    static List<Prompt> prompts() {
        List<Prompt> prompts = new ArrayList<>();
        for (int a = 0; a <= 2; a++) {
            for (int b = 0; b <= 2; b++) {
                prompts.add(Prompt.text(a + "+" + b, a + "+" + b + "=", "" + (a + b)));
            }
        }
        return prompts;
    }

    static List<SftExample> examples() {
        List<SftExample> examples = new ArrayList<>();
        for (Prompt prompt : prompts()) {
            examples.add(SftExample.text(prompt.id(), prompt.id() + "=", prompt.reference()));
        }
        return examples;
    }

    /** A policy that has imitated answers for some steps: right now and then. */
    static Policy warmedUp(int steps) {
        Policy policy = policy();
        warmUp(policy, steps);
        return policy;
    }

    static void warmUp(Policy policy, int steps) {
        try (SftTrainer trainer =
                SftTrainer.start(policy, SftConfig.reft().toBuilder().rate(5e-3).build())) {
            for (int i = 0; i < steps; i++) {
                trainer.step(examples());
            }
        }
        policy.restartOptimizer(Optimizer.AdamW.DEFAULT);
    }

    static PpoConfig config() {
        return PpoConfig.reft().toBuilder()
                .maxTokens(2)
                .samplesPerPrompt(8)
                .policyRate(4e-3)
                .valueRate(4e-3)
                .valueCoefficient(0.5)
                .entropyCoefficient(0.03)
                .kl(new KlPenalty.InReward(KlEstimator.K1, new KlController.Fixed(0.005)))
                .seed(5)
                .build();
    }
}
