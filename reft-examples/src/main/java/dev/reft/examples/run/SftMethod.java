package dev.reft.examples.run;

import dev.reft.model.Policy;
import dev.reft.ppo.SftTrainer;
import java.util.Map;

/** The warm-up, continued with its optimiser for as long as PPO took. */
final class SftMethod implements Method {
    @Override
    public String name() {
        return Stages.SFT;
    }

    @Override
    public String labels(Stages stages) {
        return stages.data().examples().size() + " chains of thought";
    }

    @Override
    public Map<String, Double> train(Stages stages) {
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
                    first,
                    stages.budget(),
                    stages.saveEverySupervised(),
                    policy,
                    StageLoop::loss);
            stages.line().end(Stages.spent(log, trainer.steps() - first));
            stages.examiner().examine(name(), policy);
        }
        return Map.of();
    }
}
