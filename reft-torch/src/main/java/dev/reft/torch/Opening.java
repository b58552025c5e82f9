package dev.reft.torch;

import dev.reft.checkpoint.Checkpoint;
import dev.reft.checkpoint.GenerationConfig;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.checkpoint.TensorFile;
import dev.reft.model.ModelInfo;
import dev.reft.model.ModelSpec;
import dev.reft.model.Precision;
import dev.reft.text.Tokenizer;
import dev.reft.torch.Parameter.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model on disk that is being opened: its configuration, options and weights.
 *
 * @param spec what was asked for
 * @param options of the specification
 * @param config what the model computes
 * @param checkpoint the files with weights, or null if these are random
 */
record Opening(
        ModelSpec spec,
        Options options,
        ModelConfig config,
        @Nullable Checkpoint checkpoint) implements AutoCloseable {
    /** In fp32 generation and scoring of SmolLM2 differed by 4e-5 at most in 300 tokens. */
    private static final double TOLERANCE = 2e-4;

    /**
     * In bf16 generation and scoring each err by 0.03 on average: on SmolLM2 they differed by 0.04 on average and 0.25 at
     * most in 900 tokens; single unlikely tokens may differ by more.
     */
    private static final double HALF_TOLERANCE = 0.5;

    static Opening of(ModelSpec spec) {
        Options options = Options.of(spec);
        Path path = Path.of(spec.model());
        if (options.random().isPresent()) {
            return new Opening(spec, options, ModelConfig.read(path), null);
        }
        Checkpoint checkpoint = Checkpoint.open(path);
        return new Opening(spec, options, checkpoint.config(), checkpoint);
    }

    Placement placement() {
        return new Placement(spec.device(), spec.precision());
    }

    /** Reads the weights; libtorch must be started. */
    Decoder decoder(boolean trains, Part part) {
        return DecoderLoader.load(config, placement(), source(), trains, part);
    }

    private WeightSource source() {
        if (checkpoint != null) {
            return new CheckpointSource(checkpoint);
        }
        Object range = config.fields()
                .getOrDefault("initializer_range", config.fields().get("init_std"));
        long seed = options.random().map(RandomWeights::seed).orElse(0L);
        return new RandomSource(seed, range instanceof Number number ? number.doubleValue() : 0.02);
    }

    /** The value layer that was exported beside the model, or null. */
    @Nullable
    ValueLayer valueLayer() {
        Path file = Path.of(spec.model()).resolve(Exporter.VALUES);
        if (checkpoint == null || !Files.isRegularFile(file)) {
            return null;
        }
        ValueLayer layer = ValueLayer.zeros(placement(), config.embeddingSize());
        try (TensorFile tensors = TensorFile.open(file);
                Grad off = Grad.off()) {
            for (Parameter parameter : layer.parameters()) {
                String name = parameter.pieces().get(0).name();
                if (tensors.tensors().stream()
                        .noneMatch(info -> info.name().equals(name) && Bytes.fits(info, parameter.value(), 1))) {
                    throw new IllegalArgumentException(file + ": the tensor '" + name + "' is missing or of another"
                            + " shape than " + Arrays.toString(parameter.value().shape()));
                }
                Bytes.read(tensors, name, parameter.value(), 0, 1);
            }
            return layer;
        } catch (RuntimeException e) {
            layer.close();
            throw e;
        }
    }

    Origin origin(@Nullable Origin critic) {
        GenerationConfig generation = checkpoint != null
                ? checkpoint.generation()
                : GenerationConfig.read(new Origin(spec, config, GenerationConfig.NONE, null).directory());
        return new Origin(spec, config, generation, critic);
    }

    String id() {
        Path name = Path.of(spec.model()).toAbsolutePath().normalize().getFileName();
        return name == null ? spec.model() : name.toString();
    }

    /** The tokens that end a completion. */
    List<Integer> endIds() {
        return checkpoint != null
                ? checkpoint.endIds()
                : origin(null).generation().endIds(config);
    }

    /** The tokenizer: of a {@code tokenizer.json} beside the model, or of the GGUF file; empty if there is neither. */
    Optional<Tokenizer> tokenizer() {
        return Tokenizers.find(this);
    }

    ModelInfo info(Network network) {
        return new ModelInfo(
                id(),
                config.vocabularySize(),
                config.contextLength(),
                options.tokensPerPass().map(TokensPerPass::tokens).orElseGet(() -> Sizes.tokensPerPass(config)),
                network.outputs(),
                spec.precision() == Precision.BF16 ? HALF_TOLERANCE : TOLERANCE);
    }

    @Override
    public void close() {
        if (checkpoint != null) {
            checkpoint.close();
        }
    }
}
