package dev.reft.torch;

import dev.reft.model.ModelSpec;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small models with random weights, which need no files from elsewhere. */
final class Tiny {
    private static final Path DIRECTORY = write("llama", 29, 2);
    private static final Path QWEN = write("qwen3", 29, 2);

    private Tiny() {}

    static ModelSpec llama(Precision precision, ProviderOption... options) {
        return spec(DIRECTORY, precision, options);
    }

    static ModelSpec qwen(Precision precision, ProviderOption... options) {
        return spec(QWEN, precision, options);
    }

    private static ModelSpec spec(Path model, Precision precision, ProviderOption... options) {
        List<ProviderOption> all = new ArrayList<>(List.of(options));
        all.add(new Threads(1));
        all.add(new RandomWeights(11));
        return new ModelSpec(model.toString(), "cpu", precision, all);
    }

    private static Path write(String type, int vocabulary, int layers) {
        try {
            Path directory = Files.createTempDirectory("tiny-" + type);
            Files.writeString(directory.resolve("config.json"), """
                    {"model_type": "%s", "vocab_size": %d, "hidden_size": 16, "intermediate_size": 24,
                     "num_hidden_layers": %d, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 4,
                     "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "hidden_act": "silu", "rope_theta": 10000.0,
                     "tie_word_embeddings": false, "initializer_range": 0.3, "eos_token_id": null}
                    """.formatted(type, vocabulary, layers));
            directory.toFile().deleteOnExit();
            directory.resolve("config.json").toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
