package dev.reft.examples;

import dev.reft.examples.run.ModelFiles;
import dev.reft.examples.run.ReftRun;
import dev.reft.examples.run.RunPlan;
import dev.reft.examples.view.ProgressLine;
import dev.reft.model.MemoryLoad;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Policy;
import dev.reft.model.Training;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Opens the model of a plan, and tells once what memory it will need. */
final class PlannedModel {
    private PlannedModel() {}

    /** Opens the model as it is before training, as often as asked; an embedded one also knows {@code words}. */
    static Supplier<Policy> opener(RunPlan plan, Path folder, List<String> words, ProgressLine line)
            throws IOException {
        ModelSpec spec = ModelFiles.spec(plan.model(), folder, plan.seed(), words);
        Training training = ModelFiles.training(plan.model(), plan.seed());
        AtomicBoolean told = new AtomicBoolean();
        return () -> {
            if (!told.getAndSet(true)) {
                tellMemory(spec, training, plan, line);
            }
            return Models.openPolicy(spec, training);
        };
    }

    private static void tellMemory(ModelSpec spec, Training training, RunPlan plan, ProgressLine line) {
        MemoryLoad load = ReftRun.memoryLoad(plan);
        Models.estimate(spec, training, load)
                .ifPresent(estimate -> line.say(
                        "Engine's memory for rows of up to " + load.rowTokens() + " tokens: about " + estimate));
    }
}
