package dev.reft.examples.run;

import dev.reft.model.Policy;
import dev.reft.ppo.SftTrainer;

/** The warm-up, continued with its optimiser for as long as PPO took. */
final class SftMethod implements Method {
    @Override
    public String name() {
        return Stages.SFT;
    }

    @Override
    public Facts train(Stages stages) {
        RunFolder folder = stages.folder();
        boolean begun = folder.hasCheckpoint(name());
        try (Policy policy = stages.opener().get();
                SftTrainer trainer = SftTrainer.resume(
                        policy, stages.sftConfig(), folder.checkpoints(begun ? name() : Stages.WARM_UP))) {
            long first = stages.warmUpSteps();
            StageLog log = stages.timed(
                    name(),
                    StageLoop.Work.of(trainer, stages.examples()),
                    begun ? RunFolder.log(trainer.hostState()) : StageLog.EMPTY,
                    0,
                    first,
                    stages.budget(),
                    stages.saveEverySupervised(),
                    policy,
                    StageLoop::loss);
            stages.line().end(Stages.spent(log, trainer.steps() - first));
            return Facts.of(stages.chains(), log);
        }
    }
}
