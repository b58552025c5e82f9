package dev.reft.examples.run;

import dev.reft.examples.data.EmbeddedModel;
import dev.reft.examples.run.RunPlan.ModelPlan;
import dev.reft.model.Adapter;
import dev.reft.model.ModelSpec;
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

/** What a plan's model is opened with. */
public final class ModelFiles {
    private static final List<String> TARGETS =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    private ModelFiles() {}

    /**
     * What is opened; the embedded model's files are written first.
     *
     * @param model which
     * @param folder the run's, for the embedded model's files
     * @param seed of random weights
     * @param words that the embedded model knows beside those of the generated problems
     * @return the specification
     * @throws IOException if the files cannot be written
     */
    public static ModelSpec spec(ModelPlan model, Path folder, long seed, List<String> words) throws IOException {
        return spec(model, folder, seed, words, EmbeddedModel.DEVIATION);
    }

    /**
     * The same with another deviation of the embedded model's random weights.
     *
     * @param model which
     * @param folder the run's, for the embedded model's files
     * @param seed of random weights
     * @param words that the embedded model knows beside those of the generated problems
     * @param deviation of its random weights, above 0
     * @return the specification
     * @throws IOException if the files cannot be written
     */
    public static ModelSpec spec(ModelPlan model, Path folder, long seed, List<String> words, double deviation)
            throws IOException {
        List<ProviderOption> options = new ArrayList<>();
        if (model.embedded()) {
            options.add(new RandomWeights(seed));
        }
        if (model.checkpointing()) {
            options.add(new GradientCheckpointing());
        }
        if (model.threads() > 0) {
            options.add(new Threads(model.threads()));
        }
        String path = model.embedded()
                ? EmbeddedModel.writeTo(folder.resolve("model"), words, deviation)
                        .toString()
                : model.path();
        return new ModelSpec(path, model.device(), model.precision(), options);
    }

    /**
     * The same without further words.
     *
     * @param model which
     * @param folder the run's, for the embedded model's files
     * @param seed of random weights
     * @return the specification
     * @throws IOException if the files cannot be written
     */
    public static ModelSpec spec(ModelPlan model, Path folder, long seed) throws IOException {
        return spec(model, folder, seed, List.of());
    }

    /**
     * How it is trained: with a value head on its own trunk, and adapters where the plan has a rank.
     *
     * @param model which
     * @param seed of heads and adapters
     * @return the training
     */
    public static Training training(ModelPlan model, long seed) {
        int rank = model.loraRank();
        Adapter adapter = rank == 0 ? new Adapter.Full() : new Adapter.Lora(rank, 2.0 * rank, TARGETS);
        return new Training(new ValueHead.Shared(), adapter, ReftRun.OPTIMIZER, seed, Replicas.SINGLE);
    }
}
