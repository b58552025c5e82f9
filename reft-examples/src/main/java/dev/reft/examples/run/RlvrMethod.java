package dev.reft.examples.run;

import dev.reft.graders.AnswerScores;
import dev.reft.math.Aggregation;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.model.Policy;
import dev.reft.ppo.Advantages;
import dev.reft.ppo.Advantages.Deviation;
import dev.reft.ppo.CriticWarmup;
import dev.reft.ppo.KlPenalty;
import dev.reft.ppo.PpoConfig;
import java.util.Optional;

/**
 * Reinforcement with verifiable rewards and no critic: 1 for a right answer and 0 for any other, each answer compared with the others to
 * its question (GRPO). It gets as many steps and answers a step as ReFT.
 */
final class RlvrMethod implements Method {
    private static final int GROUP = 8;

    @Override
    public String name() {
        return "rlvr";
    }

    @Override
    public Facts train(Stages stages) {
        try (Policy policy = stages.warm()) {
            PpoConfig config = config(stages.plan());
            int questions = Math.max(
                    1, stages.plan().ppo().prompts() * stages.plan().ppo().samples() / GROUP);
            StageLog log =
                    stages.reinforce(name(), policy, config, stages.data().grader(AnswerScores.BINARY), questions);
            return Facts.of(stages.answers(), log);
        }
    }

    /** ReFT's settings, with groups in place of the critic. */
    static PpoConfig config(RunPlan plan) {
        KlPenalty kl = plan.ppo().kl() == 0
                ? new KlPenalty.None()
                : new KlPenalty.InLoss(
                        KlEstimator.K3, new KlController.Fixed(plan.ppo().kl()));
        return Stages.ppoConfig(plan).toBuilder()
                .samplesPerPrompt(GROUP)
                .advantages(new Advantages.Group(Deviation.OfGroup.TRL))
                .advantageWhitening(Optional.empty())
                .aggregation(new Aggregation.TokenMean())
                .criticWarmup(CriticWarmup.NONE)
                .valueCoefficient(0)
                .valueRate(0)
                .kl(kl)
                .build();
    }
}
