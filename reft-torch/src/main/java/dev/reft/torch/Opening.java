package dev.reft.torch;

import dev.reft.checkpoint.Architecture;
import dev.reft.checkpoint.Checkpoint;
import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.DecoderNames;
import dev.reft.checkpoint.GenerationConfig;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.checkpoint.PeftAdapter;
import dev.reft.checkpoint.TensorFile;
import dev.reft.checkpoint.hub.HubCache;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A model on disk that is being opened: its configuration, options and weights.
 *
 * @param asked what was asked for
 * @param spec the same with the base as the model, where an adapter was asked for
 * @param options of the specification
 * @param config what the model computes
 * @param checkpoint the files with weights, or null if these are random
 * @param adapter that is put on it, or null
 */
record Opening(
        ModelSpec asked,
        ModelSpec spec,
        Options options,
        ModelConfig config,
        @Nullable Checkpoint checkpoint,
        @Nullable PeftAdapter adapter)
        implements AutoCloseable {
    /** In fp32 generation and scoring of SmolLM2 differed by 4e-5 at most in 300 tokens. */
    private static final double TOLERANCE = 2e-4;

    /**
     * In bf16 generation and scoring each err by 0.03 on average: on SmolLM2 they differed by 0.04 on average and 0.25 at
     * most in 900 tokens; single unlikely tokens may differ by more.
     */
    private static final double HALF_TOLERANCE = 0.5;

    static Opening of(ModelSpec asked) {
        Options options = Options.of(asked);
        PeftAdapter adapter = adapter(asked, options);
        try {
            ModelSpec spec = options.adapter().isPresent() || adapter == null ? asked : onBase(asked, adapter);
            Opening opening = of(asked, spec, options, adapter);
            if (adapter != null) {
                try {
                    adapter.checkAgainst(opening.config());
                } catch (RuntimeException e) {
                    opening.close();
                    throw e;
                }
            }
            return opening;
        } catch (RuntimeException | Error e) {
            if (adapter != null) {
                adapter.close();
            }
            throw e;
        }
    }

    private static @Nullable PeftAdapter adapter(ModelSpec asked, Options options) {
        if (options.adapter().isPresent()) {
            return PeftAdapter.open(Path.of(options.adapter().get().directory()));
        }
        Path path = HubCache.locate(asked.model());
        return PeftAdapter.isIn(path) ? PeftAdapter.open(path) : null;
    }

    private static ModelSpec onBase(ModelSpec asked, PeftAdapter adapter) {
        Path base = adapter.base()
                .orElseThrow(() -> new CheckpointException(
                        adapter.directory(),
                        "base_model_name_or_path",
                        "'" + adapter.baseName()
                                + "' is not on this machine; name the base as the model and the adapter by"
                                + " the option AdapterFiles"));
        return new ModelSpec(base.toString(), asked.device(), asked.precision(), asked.options());
    }

    private static Opening of(ModelSpec asked, ModelSpec spec, Options options, @Nullable PeftAdapter adapter) {
        Path path = HubCache.locate(spec.model());
        if (options.random().isPresent()) {
            return new Opening(asked, spec, options, ModelConfig.read(path), null, adapter);
        }
        Checkpoint checkpoint = Checkpoint.open(path);
        return new Opening(asked, spec, options, checkpoint.config(), checkpoint, adapter);
    }

    Placement placement() {
        return new Placement(spec.device(), spec.precision());
    }

    /**
     * Reads the weights, without the adapter's low-rank parts; libtorch must be started.
     *
     * @param trains whether a module trains
     */
    Decoder decoder(Predicate<String> trains, Part part) {
        WeightSource source = source();
        if (adapter != null) {
            DecoderNames names = Architecture.of(config.modelType()).names();
            source = new OverlaySource(source, adapter, names);
        }
        return DecoderLoader.load(config, placement(), options.storage(), source, trains, part);
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
        Path own = HubCache.locate(spec.model()).resolve(Exporter.VALUES);
        Path beside = adapter == null ? own : adapter.directory().resolve(Exporter.VALUES);
        Path file = Files.isRegularFile(beside) ? beside : own;
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
        Path name = HubCache.locate(asked.model()).toAbsolutePath().normalize().getFileName();
        return name == null ? asked.model() : name.toString();
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
        if (adapter != null) {
            adapter.close();
        }
    }
}
