package dev.reft.examples.run;

import dev.reft.io.AtomicFiles;
import dev.reft.model.Policy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** PPO on checked answers, with a value head on the policy's last hidden states. */
final class ReftMethod implements Method {
    @Override
    public String name() {
        return Stages.PPO;
    }

    @Override
    public String labels(Stages stages) {
        return stages.data().prompts().size() + " right answers";
    }

    @Override
    public Map<String, Double> train(Stages stages) {
        RunPlan plan = stages.plan();
        try (Policy policy = stages.warm()) {
            stages.reinforce(
                    name(),
                    policy,
                    Stages.ppoConfig(plan),
                    stages.grader(),
                    plan.ppo().prompts());
            stages.examiner().examine(name(), policy);
            Path export = stages.folder().path("model-reft");
            if (!Files.isDirectory(export)) {
                AtomicFiles.writeDirectory(export, policy::export);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("exporting the model", e);
        }
        return Map.of();
    }
}
