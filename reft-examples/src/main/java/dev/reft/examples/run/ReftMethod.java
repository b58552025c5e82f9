package dev.reft.examples.run;

import dev.reft.io.AtomicFiles;
import dev.reft.model.Policy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** PPO on checked answers, with a value head on the policy's last hidden states. */
final class ReftMethod implements Method {
    @Override
    public String name() {
        return Stages.PPO;
    }

    @Override
    public Facts train(Stages stages) {
        RunPlan plan = stages.plan();
        try (Policy policy = stages.warm()) {
            StageLog log = stages.reinforce(
                    name(),
                    policy,
                    Stages.ppoConfig(plan),
                    stages.grader(),
                    plan.ppo().prompts());
            Path export = stages.folder().path("model-reft");
            if (!Files.isDirectory(export)) {
                AtomicFiles.writeDirectory(export, policy::export);
            }
            return Facts.of(stages.answers(), log);
        } catch (IOException e) {
            throw new UncheckedIOException("exporting the model", e);
        }
    }
}
