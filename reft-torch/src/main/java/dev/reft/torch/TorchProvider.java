package dev.reft.torch;

import dev.reft.model.LanguageModel;
import dev.reft.model.ModelProvider;
import dev.reft.model.ModelSpec;
import dev.reft.torch.Parameter.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Opens models of the Llama family (Llama 2 and 3, CodeLlama, SmolLM2, Mistral, Qwen2 and 2.5, Qwen3) on libtorch: for
 * scoring, generation and training, on the CPU and on CUDA.
 */
public final class TorchProvider implements ModelProvider {
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
        if (!Files.exists(Path.of(spec.model()))) {
            return Optional.of("there is no file or directory " + spec.model());
        }
        Options options = Options.of(spec);
        return Engine.refuses(options.threads(), options.matmul());
    }

    @Override
    public LanguageModel open(ModelSpec spec) {
        start(spec);
        try (Opening opening = Opening.of(spec)) {
            Decoder decoder = opening.decoder(false, Part.POLICY);
            Network network = new Network(decoder, null, null);
            return new OpenModel(network, opening.info(network), opening.tokenizer());
        }
    }

    private void start(ModelSpec spec) {
        Optional<String> refusal = refuses(spec);
        if (refusal.isPresent()) {
            throw new IllegalArgumentException("torch cannot open '" + spec.model() + "': " + refusal.get());
        }
        Options options = Options.of(spec);
        Engine.start(options.threads(), options.matmul(), spec.device());
    }
}
