package dev.reft.torch;

import dev.reft.checkpoint.GgufWriter.Format;
import dev.reft.generation.Completion;
import dev.reft.generation.Sampling;
import dev.reft.generation.Segment;
import dev.reft.model.Adapter;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GGUF files that reft writes, of each architecture that it writes, opened by llama.cpp. */
@Tag("slow")
class GgufCounterpartTest {
    private static final Set<Output> LOG = Set.of(Output.LOG_PROB);
    private static final List<String> PROMPTS = List.of(
            "The capital of France is", "def add(a, b):\n    return", "1, 2, 3, 4,", "Once upon a time there was a");

    private static final String COMMON =
            "'vocab_size': 49152, 'bos_token_id': 1, 'eos_token_id': 2, 'initializer_range': 0.1, ";
    private static final String TIED = "'tie_word_embeddings': true, ";
    private static final String UNTIED = "'tie_word_embeddings': false, ";
    private static final String LLAMA_LIKE =
            COMMON + "'hidden_size': 64, 'intermediate_size': 128, 'num_hidden_layers': 2,"
                    + " 'num_attention_heads': 4, 'num_key_value_heads': 2, 'max_position_embeddings': 256, 'rms_norm_eps': 1e-5,"
                    + " 'rope_theta': 10000.0, 'hidden_act': 'silu', ";

    /** A model of random weights, by the name of its architecture and the rest of its configuration. */
    private record Kind(String architecture, String name, String fields) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("llama", "tied", LLAMA_LIKE + TIED),
            new Kind(
                    "llama",
                    "linear",
                    LLAMA_LIKE + UNTIED + "'rope_scaling': {'rope_type': 'linear', 'factor': 4.0}, "),
            new Kind(
                    "llama",
                    "llama3",
                    LLAMA_LIKE + UNTIED
                            + "'rope_scaling': {'rope_type': 'llama3', 'factor': 8.0, 'low_freq_factor': 1.0,"
                            + " 'high_freq_factor': 4.0, 'original_max_position_embeddings': 32}, "),
            new Kind("mistral", "untied", LLAMA_LIKE + UNTIED + "'sliding_window': null, "),
            new Kind("qwen2", "tied", LLAMA_LIKE + TIED),
            new Kind("qwen2", "untied", LLAMA_LIKE + UNTIED),
            new Kind("qwen3", "tied", LLAMA_LIKE + TIED + "'head_dim': 32, "),
            new Kind("qwen3", "untied", LLAMA_LIKE + UNTIED + "'head_dim': 32, "),
            new Kind("olmo2", "tied", LLAMA_LIKE + TIED),
            new Kind("olmo2", "untied", LLAMA_LIKE + UNTIED),
            new Kind("gpt2", "tied", COMMON + TIED + "'n_embd': 64, 'n_layer': 2, 'n_head': 4, 'n_positions': 256, "));

    @Test
    void llamaCppOpensWhatIsWritten(@TempDir Path directory) throws IOException, InterruptedException {
        Counterparts.assumePython();
        List<Map<String, Object>> jobs = new ArrayList<>();
        for (Kind kind : KINDS) {
            jobs.add(random(kind, directory));
        }
        for (Format format : Format.values()) {
            jobs.add(real(directory, format));
        }
        Counterparts.open(directory, jobs);
    }

    private static Map<String, Object> real(Path directory, Format format) {
        Path model = Golden.shared("models", "SmolLM2-135M-Instruct");
        Path file = directory.resolve("smol-" + format + ".gguf");
        try (LanguageModel policy = new TorchProvider().open(Golden.spec(model, Precision.FP32))) {
            Exports.gguf(policy, file, format);
        }
        Map<String, Object> job = Counterparts.job("llama.cpp", model, file, List.of());
        job.put("name", "SmolLM2-135M-Instruct " + format);
        job.put("cases", greedy(file, 16));
        return job;
    }

    /** In half precision, since 8 bits would round activations there too. */
    private static Map<String, Object> random(Kind kind, Path directory) throws IOException {
        String name = kind.architecture() + "-" + kind.name();
        Path model = Files.createDirectory(directory.resolve(name));
        Files.writeString(
                model.resolve("config.json"),
                ("{" + kind.fields() + "'model_type': '" + kind.architecture() + "'}").replace('\'', '"'));
        Files.copy(Golden.shared("models", "SmolLM2-135M-Instruct", "tokenizer.json"), model.resolve("tokenizer.json"));
        Path file = directory.resolve(name + ".gguf");
        try (Policy policy = new TorchProvider()
                .openPolicy(
                        Golden.spec(model, Precision.FP32, new RandomWeights(1)),
                        PeftParityTest.training(new Adapter.Full()))) {
            train(policy);
            Exports.gguf(policy, file, Format.F16);
        }
        Map<String, Object> job = Counterparts.job("llama.cpp", model, file, List.of());
        job.put("cases", greedy(file, 12));
        return job;
    }

    /** So that norms are not all ones nor biases zero. */
    private static void train(Policy policy) {
        TokenBatch batch = TokenBatch.of(List.of(Row.of(new int[] {1, 40, 500}, new int[] {600, 7000, 41, 42})));
        for (int step = 0; step < 3; step++) {
            try (ForwardPass pass = policy.forward(batch, LOG)) {
                pass.backward(new Slopes(Map.of(Output.LOG_PROB, new float[][] {{0.2f, -0.1f, 0.2f, -0.1f}})));
            }
            policy.step(new StepSize(0.03, 0, 1));
        }
    }

    /** Greedy tokens and their log-probabilities of the file that was written. */
    private static List<Map<String, Object>> greedy(Path file, int tokens) {
        List<Map<String, Object>> cases = new ArrayList<>();
        try (LanguageModel again = new TorchProvider().open(Golden.spec(file, Precision.FP32))) {
            for (String prompt : PROMPTS) {
                int[] ids = again.tokenizer().encodePrompt(prompt);
                Completion completion = again.generate(
                                List.of(Generating.request("a", ids, 1, Sampling.GREEDY, tokens)))
                        .get(0);
                Segment.Sampled sampled =
                        (Segment.Sampled) completion.segments().get(0);
                cases.add(Map.of(
                        "prompt", prompt,
                        "prompt_ids", ids,
                        "tokens", tokens,
                        "ids", sampled.tokens(),
                        "logp", sampled.logProbs()));
            }
        }
        return cases;
    }
}
