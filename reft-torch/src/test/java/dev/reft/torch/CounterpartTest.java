package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reft.checkpoint.GgufWriter.Format;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.generation.Completion;
import dev.reft.generation.Sampling;
import dev.reft.generation.Segment;
import dev.reft.model.Adapter;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Scorer;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What reft writes, opened by transformers, PEFT and llama.cpp. Runs where the environment variable {@code REFT_PYTHON} names a
 * Python that has them ({@code transformers}, {@code peft}, {@code xllamacpp}).
 */
@Tag("slow")
class CounterpartTest {
    private static final Set<Output> LOG = Set.of(Output.LOG_PROB);
    private static final List<String> PROMPTS = List.of(
            "The capital of France is", "def add(a, b):\n    return", "1, 2, 3, 4,", "Once upon a time there was a");

    private static final String COMMON =
            "'vocab_size': 49152, 'bos_token_id': 1, 'eos_token_id': 2, 'initializer_range': 0.3,"
                    + " 'tie_word_embeddings': true, ";
    private static final String LLAMA_LIKE =
            COMMON + "'hidden_size': 64, 'intermediate_size': 128, 'num_hidden_layers': 2,"
                    + " 'num_attention_heads': 4, 'num_key_value_heads': 2, 'max_position_embeddings': 256, 'rms_norm_eps': 1e-5,"
                    + " 'rope_theta': 10000.0, 'hidden_act': 'silu'";

    /** Random models with a real tokenizer, in what GGUF calls architectures. */
    private static final Map<String, String> ARCHITECTURES = Map.of(
            "llama", LLAMA_LIKE,
            "qwen2", LLAMA_LIKE,
            "qwen3", LLAMA_LIKE + ", 'head_dim': 32",
            "olmo2", LLAMA_LIKE,
            "gpt2", COMMON + "'n_embd': 64, 'n_layer': 2, 'n_head': 4, 'n_positions': 256");

    @Test
    void othersOpenWhatIsWritten(@TempDir Path directory) throws IOException, InterruptedException {
        String python = System.getenv("REFT_PYTHON");
        assumeTrue(python != null, "skipped: REFT_PYTHON names no Python");
        List<Map<String, Object>> jobs = new ArrayList<>();
        for (Path model : Golden.tinyModels()) {
            jobs.add(whole(model, directory));
            jobs.add(adapter(model, directory));
        }
        for (Format format : Format.values()) {
            jobs.add(gguf(directory, format));
        }
        for (Map.Entry<String, String> one : ARCHITECTURES.entrySet()) {
            jobs.add(random(one.getKey(), one.getValue(), directory));
        }
        Files.writeString(directory.resolve("jobs.json"), JsonMapper.shared().writeValueAsString(jobs));
        Path script = directory.resolve("counterparts.py");
        try (InputStream source = CounterpartTest.class.getResourceAsStream("/counterparts.py")) {
            Files.copy(Objects.requireNonNull(source), script);
        }
        Process process = new ProcessBuilder(python, script.toString(), directory.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String results = System.getenv("REFT_PYTHON_OUTPUT");
        if (results != null) {
            Files.writeString(Path.of(results), said);
        }
        assertEquals(0, process.waitFor(), said);
    }

    private static Map<String, Object> whole(Path model, Path directory) {
        Path target = directory.resolve("whole-" + model.getFileName());
        try (Policy policy = new TorchProvider()
                .openPolicy(Golden.spec(model, Precision.FP32), PeftParityTest.training(new Adapter.Full()))) {
            train(policy, model);
            policy.export(target);
            return job("transformers", model, target, rows(policy, model));
        }
    }

    private static Map<String, Object> adapter(Path model, Path directory) {
        Path target = directory.resolve("adapter-" + model.getFileName());
        boolean tied = ModelConfig.read(model).tiedEmbeddings();
        Adapter.Lora lora = new Adapter.Lora(
                3,
                6,
                List.of("all-linear"),
                true,
                Map.of("layers.1.self_attn.q_proj", 2),
                Map.of("layers.0.mlp.down_proj", 9.0),
                tied ? List.of() : List.of("lm_head"));
        if (tied) {
            lora = new Adapter.Lora(3, 6, List.of("all-linear"));
        }
        try (Policy policy =
                new TorchProvider().openPolicy(Golden.spec(model, Precision.FP32), PeftParityTest.training(lora))) {
            train(policy, model);
            policy.export(target);
            return job("peft", model, target, rows(policy, model));
        }
    }

    private static Map<String, Object> gguf(Path directory, Format format) {
        Path model = Golden.shared("models", "SmolLM2-135M-Instruct");
        Path file = directory.resolve("smol-" + format + ".gguf");
        try (LanguageModel policy = new TorchProvider().open(Golden.spec(model, Precision.FP32))) {
            Exports.gguf(policy, file, format);
        }
        List<Map<String, Object>> cases = new ArrayList<>();
        try (LanguageModel again = new TorchProvider().open(Golden.spec(file, Precision.FP32))) {
            for (String prompt : PROMPTS) {
                int[] ids = again.tokenizer().encodePrompt(prompt);
                Completion completion = again.generate(List.of(Generating.request("a", ids, 1, Sampling.GREEDY, 16)))
                        .get(0);
                cases.add(Map.of("prompt", prompt, "tokens", 16, "text", completion.text()));
            }
        }
        Map<String, Object> job = job("llama.cpp", model, file, List.of());
        job.put("name", "SmolLM2-135M-Instruct " + format);
        job.put("cases", cases);
        return job;
    }

    /** Greedy tokens and their log-probabilities of a random model in half precision. */
    private static Map<String, Object> random(String architecture, String fields, Path directory) throws IOException {
        Path model = Files.createDirectory(directory.resolve("random-" + architecture));
        Files.writeString(
                model.resolve("config.json"),
                ("{'model_type': '" + architecture + "', " + fields + "}").replace('\'', '"'));
        Files.copy(Golden.shared("models", "SmolLM2-135M-Instruct", "tokenizer.json"), model.resolve("tokenizer.json"));
        Path file = directory.resolve(architecture + ".gguf");
        try (LanguageModel whole = new TorchProvider().open(Golden.spec(model, Precision.FP32, new RandomWeights(1)))) {
            Exports.gguf(whole, file, Format.F16);
        }
        List<Map<String, Object>> cases = new ArrayList<>();
        try (LanguageModel again = new TorchProvider().open(Golden.spec(file, Precision.FP32))) {
            for (String prompt : PROMPTS) {
                int[] ids = again.tokenizer().encodePrompt(prompt);
                Completion completion = again.generate(List.of(Generating.request("a", ids, 1, Sampling.GREEDY, 12)))
                        .get(0);
                Segment.Sampled sampled =
                        (Segment.Sampled) completion.segments().get(0);
                cases.add(Map.of("prompt", ids, "tokens", 12, "ids", sampled.tokens(), "logp", sampled.logProbs()));
            }
        }
        Map<String, Object> job = job("llama.cpp tokens", model, file, List.of());
        job.put("cases", cases);
        return job;
    }

    private static Map<String, Object> job(String kind, Path model, Path path, List<Map<String, Object>> rows) {
        Map<String, Object> job = new TreeMap<>();
        job.put("kind", kind);
        job.put("name", String.valueOf(model.getFileName()));
        job.put("base", model.toString());
        job.put("path", path.toString());
        job.put("rows", rows);
        return job;
    }

    private static TokenBatch batch(Path model) {
        JsonNode rows = Golden.json(model.resolve("expected.json")).get("rows");
        List<dev.reft.model.Row> all = new ArrayList<>();
        for (JsonNode row : rows) {
            int[] ids = Golden.ints(row.get("ids"));
            int[] scored = new int[ids.length - 1];
            Arrays.setAll(scored, i -> i + 1);
            all.add(new dev.reft.model.Row(ids, scored, 1f));
        }
        return TokenBatch.of(all);
    }

    private static void train(Policy policy, Path model) {
        TokenBatch batch = batch(model);
        for (int step = 0; step < 3; step++) {
            try (ForwardPass pass = policy.forward(batch, LOG)) {
                float[][] slopes = new float[batch.size()][];
                for (int i = 0; i < slopes.length; i++) {
                    slopes[i] = new float[batch.row(i).scored().length];
                    Arrays.fill(slopes[i], i % 2 == 0 ? -0.1f : 0.1f);
                }
                pass.backward(new Slopes(Map.of(Output.LOG_PROB, slopes)));
            }
            policy.step(new StepSize(0.01, 0, 1));
        }
    }

    private static List<Map<String, Object>> rows(Scorer model, Path from) {
        TokenBatch batch = batch(from);
        float[][] found = model.score(batch, LOG).logProbs();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            rows.add(Map.of("ids", batch.row(i).tokens(), "logp", found[i]));
        }
        return rows;
    }
}
