package dev.reft.torch;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.PeftAdapter;
import dev.reft.checkpoint.hub.HubCache;
import dev.reft.model.Adapter;
import dev.reft.model.LanguageModel;
import dev.reft.model.MemoryEstimate;
import dev.reft.model.MemoryLoad;
import dev.reft.model.ModelSpec;
import dev.reft.model.Policy;
import dev.reft.model.PolicyProvider;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import java.nio.file.Files;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Opens decoders (Llama 2 and 3, CodeLlama, SmolLM2, Mistral, Qwen2 and 2.5, Qwen3, OLMo 2, GPT-2, OPT: {@link
 * dev.reft.checkpoint.Architecture#known}) on libtorch: for scoring, generation and training, on the CPU and on CUDA.
 *
 * <p>Its options are {@link RandomWeights}, {@link Threads}, {@link MatmulPrecision}, {@link GradientCheckpointing}, {@link
 * TokensPerPass}, {@link AdapterFiles}, {@link MergeAdapter} and {@link BaseStorage}. Threads and precision hold for the process: the first opening fixes them.
 */
public final class TorchProvider implements PolicyProvider {
    private static final Pattern DEVICE = Pattern.compile("cpu|cuda:[0-9]+");

    /** A provider; they are all alike. */
    public TorchProvider() {}

    @Override
    public String name() {
        return "torch";
    }

    @Override
    public Optional<String> refuses(ModelSpec spec) {
        if (!DEVICE.matcher(spec.device()).matches()) {
            return Optional.of("the device '" + spec.device() + "' is neither cpu nor cuda:N");
        }
        Optional<String> option = Options.refuses(spec);
        if (option.isPresent()) {
            return option;
        }
        if (!Files.exists(HubCache.locate(spec.model()))) {
            return Optional.of("there is no file or directory " + spec.model() + HubCache.advice(spec.model()));
        }
        Options options = Options.of(spec);
        return Engine.refuses(options.threads(), options.matmul()).or(() -> refusesModel(spec));
    }

    private static Optional<String> refusesModel(ModelSpec spec) {
        Options options = Options.of(spec);
        try (Opening opening = Opening.of(spec)) {
            if (options.merge() && opening.adapter() == null) {
                return Optional.of("MergeAdapter is given, but no adapter");
            }
            if (options.merge() && options.storage().isPresent()) {
                return Optional.of("MergeAdapter needs the weights as they are, but BaseStorage "
                        + options.storage().get() + " is given");
            }
            // A reader that gave a configuration knows its architecture, and all of these are computed here.
            return Optional.empty();
        } catch (CheckpointException e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    @Override
    public LanguageModel open(ModelSpec spec) {
        Optional<String> refusal = refuses(spec);
        if (refusal.isPresent()) {
            throw new IllegalArgumentException("torch cannot open '" + spec.model() + "': " + refusal.get());
        }
        start(spec);
        return Failures.in("opening " + spec.model(), () -> Openings.model(spec));
    }

    @Override
    public Optional<String> refuses(ModelSpec spec, Training training) {
        return refuses(spec).or(() -> refusesTraining(spec, training));
    }

    private Optional<String> refusesTraining(ModelSpec spec, Training training) {
        Optional<String> adapter = refusesAdapter(spec, training.adapter());
        if (adapter.isPresent()) {
            return adapter;
        }
        if (!(training.valueHead() instanceof ValueHead.Separate separate)) {
            return Optional.empty();
        }
        ModelSpec critic = separate.critic();
        Optional<String> refusal = refuses(critic);
        if (refusal.isPresent()) {
            return Optional.of("the critic is refused: " + refusal.get());
        }
        Optional<String> criticAdapter = refusesAdapter(critic, training.adapter());
        if (criticAdapter.isPresent()) {
            return Optional.of("the critic is refused: " + criticAdapter.get());
        }
        if (!critic.device().equals(spec.device())) {
            return Optional.of("the critic's device " + critic.device() + " is not the policy's " + spec.device());
        }
        try (Opening own = Opening.of(spec);
                Opening other = Opening.of(critic)) {
            int vocabulary = own.config().vocabularySize();
            int theirs = other.config().vocabularySize();
            if (theirs < vocabulary) {
                return Optional.of(
                        "the critic's vocabulary of " + theirs + " is smaller than the policy's " + vocabulary);
            }
            // Rows of the policy's length go to the critic as they are.
            int context = own.config().contextLength();
            int room = other.config().contextLength();
            return room >= context
                    ? Optional.empty()
                    : Optional.of(
                            "the critic's context of " + room + " tokens is shorter than the policy's " + context);
        }
    }

    private static Optional<String> refusesAdapter(ModelSpec spec, Adapter adapter) {
        Options options = Options.of(spec);
        try (Opening opening = Opening.of(spec)) {
            PeftAdapter put = options.merge() ? null : opening.adapter();
            if (adapter instanceof Adapter.Lora lora) {
                Adapter.Lora files = put == null ? lora : put.lora();
                return Adapters.same(lora, files, opening.config())
                        ? Adapters.refuses(lora, opening.config())
                        : Optional.of("the adapter's files say " + files + ", the training " + lora);
            }
            if (put != null) {
                return Optional.of(
                        "full training of a model under an adapter; give MergeAdapter, or train the adapter: "
                                + put.lora());
            }
            return options.storage().map(storage -> "BaseStorage is for a base that does not train");
        }
    }

    @Override
    public Policy openPolicy(ModelSpec spec, Training training) {
        Optional<String> refusal = refuses(spec, training);
        if (refusal.isPresent()) {
            throw new IllegalArgumentException("torch cannot train '" + spec.model() + "': " + refusal.get());
        }
        start(spec);
        if (training.valueHead() instanceof ValueHead.Separate separate) {
            start(separate.critic());
        }
        return Failures.in("opening " + spec.model(), () -> Openings.policy(spec, training));
    }

    @Override
    public Optional<MemoryEstimate> estimate(ModelSpec spec, Training training, MemoryLoad load) {
        MemoryEstimate own = estimateOf(spec, training, load);
        if (!(training.valueHead() instanceof ValueHead.Separate separate)) {
            return Optional.of(own);
        }
        MemoryLoad ofCritic = new MemoryLoad(load.rowTokens(), load.tokensPerPass(), 0, false);
        return Optional.of(Memory.sum(own, estimateOf(separate.critic(), training, ofCritic)));
    }

    private static MemoryEstimate estimateOf(ModelSpec spec, Training training, MemoryLoad load) {
        Options options = Options.of(spec);
        try (Opening opening = Opening.of(spec)) {
            return Memory.of(opening.config(), spec.precision(), training, options, load);
        }
    }

    private static void start(ModelSpec spec) {
        Options options = Options.of(spec);
        Engine.start(options.threads(), options.matmul(), spec.device());
    }
}
