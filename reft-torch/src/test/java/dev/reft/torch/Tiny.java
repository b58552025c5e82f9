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
    private static final Path OLMO2 = write("olmo2", 29, 2);
    private static final Path GPT2 = write("gpt2", """
            {"model_type": "gpt2", "vocab_size": 29, "n_embd": 12, "n_layer": 2, "n_head": 4, "n_positions": 64,
             "initializer_range": 0.3, "bos_token_id": null, "eos_token_id": null}
            """);
    private static final Path OPT = opt(true, 16);
    private static final Path OPT_AFTER = opt(false, 8);

    private Tiny() {}

    static ModelSpec llama(Precision precision, ProviderOption... options) {
        return spec(DIRECTORY, precision, options);
    }

    static ModelSpec qwen(Precision precision, ProviderOption... options) {
        return spec(QWEN, precision, options);
    }

    /** A GPT-2 with heads of odd width. */
    static ModelSpec gpt2(Precision precision, ProviderOption... options) {
        return spec(GPT2, precision, options);
    }

    /** An OPT with norms before the branches, or with norms after the sums and a narrow embedding. */
    static ModelSpec opt(boolean before, Precision precision, ProviderOption... options) {
        return spec(before ? OPT : OPT_AFTER, precision, options);
    }

    static ModelSpec olmo2(Precision precision, ProviderOption... options) {
        return spec(OLMO2, precision, options);
    }

    private static ModelSpec spec(Path model, Precision precision, ProviderOption... options) {
        List<ProviderOption> all = new ArrayList<>(List.of(options));
        all.add(new Threads(1));
        all.add(new RandomWeights(11));
        return new ModelSpec(model.toString(), "cpu", precision, all);
    }

    private static Path opt(boolean before, int width) {
        return write("opt", """
                {"model_type": "opt", "vocab_size": 29, "hidden_size": 16, "ffn_dim": 24, "num_hidden_layers": 2,
                 "num_attention_heads": 4, "max_position_embeddings": 64, "do_layer_norm_before": %s,
                 "word_embed_proj_dim": %d, "init_std": 0.3, "eos_token_id": null}
                """.formatted(before, width));
    }

    private static Path write(String type, int vocabulary, int layers) {
        return write(type, """
                    {"model_type": "%s", "vocab_size": %d, "hidden_size": 16, "intermediate_size": 24,
                     "num_hidden_layers": %d, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 4,
                     "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "hidden_act": "silu", "rope_theta": 10000.0,
                     "tie_word_embeddings": false, "initializer_range": 0.3, "eos_token_id": null}
                    """.formatted(type, vocabulary, layers));
    }

    private static Path write(String type, String config) {
        try {
            Path directory = Files.createTempDirectory("tiny-" + type);
            Files.writeString(directory.resolve("config.json"), config);
            directory.toFile().deleteOnExit();
            directory.resolve("config.json").toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
