package dev.reft.examples;

import dev.reft.examples.data.EmbeddedModel;
import dev.reft.examples.run.ReftRun;
import dev.reft.examples.run.RunPlan;
import dev.reft.examples.run.RunPlan.ModelPlan;
import dev.reft.examples.view.ProgressLine;
import dev.reft.model.Adapter;
import dev.reft.model.MemoryLoad;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Policy;
import dev.reft.model.ProviderOption;
import dev.reft.model.Replicas;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.torch.GradientCheckpointing;
import dev.reft.torch.RandomWeights;
import dev.reft.torch.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Opens the model of a plan, and tells once what memory it will need. */
final class PlannedModel {
    private static final List<String> TARGETS =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    private PlannedModel() {}

    /** Opens the model as it is before training, as often as asked; an embedded one also knows {@code words}. */
    static Supplier<Policy> opener(RunPlan plan, Path folder, List<String> words, ProgressLine line)
            throws IOException {
        ModelSpec spec = spec(plan, folder, words);
        Training training = training(plan);
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

    /** What is opened; the embedded model's files are written first. */
    private static ModelSpec spec(RunPlan plan, Path folder, List<String> words) throws IOException {
        ModelPlan model = plan.model();
        List<ProviderOption> options = new ArrayList<>();
        if (model.embedded()) {
            options.add(new RandomWeights(plan.seed()));
        }
        if (model.checkpointing()) {
            options.add(new GradientCheckpointing());
        }
        if (model.threads() > 0) {
            options.add(new Threads(model.threads()));
        }
        String path = model.embedded()
                ? EmbeddedModel.writeTo(folder.resolve("model"), words).toString()
                : model.path();
        return new ModelSpec(path, model.device(), model.precision(), options);
    }

    private static Training training(RunPlan plan) {
        int rank = plan.model().loraRank();
        Adapter adapter = rank == 0 ? new Adapter.Full() : new Adapter.Lora(rank, 2.0 * rank, TARGETS);
        return new Training(new ValueHead.Shared(), adapter, ReftRun.OPTIMIZER, plan.seed(), Replicas.SINGLE);
    }
}
