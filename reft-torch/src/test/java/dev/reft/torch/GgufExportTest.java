package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.Checkpoint;
import dev.reft.checkpoint.GgufWriter.Format;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.checkpoint.TensorInfo;
import dev.reft.generation.Completion;
import dev.reft.generation.Sampling;
import dev.reft.model.Adapter;
import dev.reft.model.LanguageModel;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Models written as GGUF and read back: the same tensors up to their rounding, the same configuration, numbers, texts. */
class GgufExportTest {
    private static final Set<Output> LOG = Set.of(Output.LOG_PROB);

    /** The types that GGUF files have here; others are refused. */
    private static final Set<String> WRITTEN = Set.of("llama", "mistral", "qwen2", "qwen3", "olmo2", "gpt2");

    static Stream<Path> models() {
        return Golden.tinyModels().stream().filter(model -> {
            ModelConfig config = ModelConfig.read(model);
            boolean windows = config.attention().windows().stream().anyMatch(window -> window > 0);
            return WRITTEN.contains(config.modelType()) && !windows;
        });
    }

    @ParameterizedTest
    @MethodSource("models")
    void whatIsWrittenIsReadBack(Path model, @TempDir Path directory) {
        JsonNode expected = Golden.json(model.resolve("expected.json"));
        for (Format format : Format.values()) {
            Path file = directory.resolve(format + ".gguf");
            try (LanguageModel whole = new TorchProvider().open(Golden.spec(model, Precision.FP32))) {
                Exports.gguf(whole, file, format);
            }
            try (Checkpoint before = Checkpoint.open(model);
                    Checkpoint after = Checkpoint.open(file)) {
                sameConfig(before.config(), after.config());
                assertEquals(before.tensors().size(), after.tensors().size());
                for (TensorInfo tensor : before.tensors()) {
                    sameNumbers(tensor, before.read(tensor.name()), after.read(tensor.name()), format);
                }
            }
            JsonNode rows = expected.get("rows");
            try (LanguageModel again = new TorchProvider().open(Golden.spec(file, Precision.FP32))) {
                float[][] found = again.score(Golden.batch(rows, 1f), LOG).logProbs();
                Golden.assertClose(rows, "logp", found, format == Format.F16 ? 0.05 : 0.6, file.toString());
            }
        }
    }

    private static void sameConfig(ModelConfig a, ModelConfig b) {
        assertEquals(a.attention(), b.attention());
        assertEquals(a.feedForward(), b.feedForward());
        assertEquals(a.norm(), b.norm());
        assertEquals(a.positions(), b.positions());
        assertEquals(a.contextLength(), b.contextLength());
        assertEquals(a.tiedEmbeddings(), b.tiedEmbeddings());
    }

    private static void sameNumbers(TensorInfo tensor, float[] before, float[] after, Format format) {
        assertEquals(before.length, after.length, tensor.name());
        float largest = 0;
        for (float number : before) {
            largest = Math.max(largest, Math.abs(number));
        }
        boolean vector = tensor.shape().size() == 1;
        double tolerance = vector ? 0 : format == Format.F16 ? largest * 0x1p-11 : largest / 200;
        assertArrayEquals(before, after, (float) tolerance, tensor.name());
    }

    /** An adapter is added to what is written; the tokenizer and its template come along. */
    @Test
    void aPolicyUnderAnAdapterIsWrittenWithItsTokenizer(@TempDir Path directory) {
        Path model = Golden.shared("golden", "models", "gguf", "tiny-llama.F32.gguf");
        Path file = directory.resolve("tuned.gguf");
        String text = "What is 12 + 30? It's <s>4 2</s>!";
        try (Policy policy = new TorchProvider()
                .openPolicy(
                        Golden.spec(model, Precision.FP32),
                        PeftParityTest.training(new Adapter.Lora(2, 4, List.of("all-linear"))))) {
            Exports.gguf(policy, file, Format.F16);
            try (LanguageModel again = new TorchProvider().open(Golden.spec(file, Precision.FP32))) {
                Tokenizer before = policy.tokenizer();
                Tokenizer after = again.tokenizer();
                assertEquals(before.endIds(), after.endIds());
                assertArrayEquals(before.encodePrompt(text), after.encodePrompt(text));
                assertArrayEquals(before.encodeControls(text), after.encodeControls(text));
            }
        }
    }

    /** A real tokenizer, from its tokenizer.json into GGUF's keys and back. */
    @Test
    void aByteLevelTokenizerCutsAlike(@TempDir Path directory) throws IOException {
        Path real = Golden.shared("models", "SmolLM2-135M-Instruct", "tokenizer.json");
        JsonNode cases = Golden.json(Golden.shared("golden", "models", "smollm2", "smollm2_tokenizer.json"));
        Path home = Files.createDirectory(directory.resolve("model"));
        Files.copy(real, home.resolve("tokenizer.json"));
        Files.writeString(home.resolve("config.json"), """
                {"model_type": "llama", "vocab_size": 49152, "hidden_size": 32, "intermediate_size": 32,
                 "num_hidden_layers": 1, "num_attention_heads": 2, "bos_token_id": 1, "eos_token_id": 2}
                """);
        Files.writeString(home.resolve("chat_template.jinja"), "{{ messages[0].content }}");
        Path file = directory.resolve("out.gguf");
        try (LanguageModel model = new TorchProvider().open(Golden.spec(home, Precision.FP32, new RandomWeights(1)))) {
            Exports.gguf(model, file, Format.Q8_0);
            try (LanguageModel again = new TorchProvider().open(Golden.spec(file, Precision.FP32))) {
                Tokenizer before = model.tokenizer();
                Tokenizer after = again.tokenizer();
                for (JsonNode text : cases.findValues("text")) {
                    String one = text.asString("");
                    assertArrayEquals(before.encode(one), after.encode(one), one);
                    assertArrayEquals(before.encodeControls(one), after.encodeControls(one), one);
                }
                assertTrue(!cases.findValues("text").isEmpty());
            }
        }
    }

    /** llama.cpp opens no olmo2 without a head of its own; what it computes stays the same. */
    @Test
    void aTiedHeadIsWrittenTwiceWhereItMustBe(@TempDir Path directory) throws IOException {
        Path home = Files.createDirectory(directory.resolve("model"));
        Files.writeString(home.resolve("config.json"), """
                {"model_type": "olmo2", "vocab_size": 70, "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "tie_word_embeddings": true, "eos_token_id": null, "initializer_range": 0.3}
                """);
        Path file = directory.resolve("tied.gguf");
        TokenBatch batch = TokenBatch.of(List.of(Row.of(new int[] {3, 1}, new int[] {4, 1, 5})));
        try (LanguageModel model = new TorchProvider().open(Golden.spec(home, Precision.FP32, new RandomWeights(1)))) {
            Exports.gguf(model, file, Format.F16);
            try (Checkpoint written = Checkpoint.open(file);
                    LanguageModel again = new TorchProvider().open(Golden.spec(file, Precision.FP32))) {
                assertArrayEquals(written.read("model.embed_tokens.weight"), written.read("lm_head.weight"));
                assertArrayEquals(
                        model.score(batch, LOG).logProbs()[0],
                        again.score(batch, LOG).logProbs()[0],
                        0.02f);
            }
        }
    }

    @Test
    void whatGgufCannotSayIsRefused(@TempDir Path directory) {
        Path file = directory.resolve("no.gguf");
        try (LanguageModel opt = new TorchProvider().open(Tiny.opt(true, Precision.FP32))) {
            IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> Exports.gguf(opt, file, Format.F16));
            assertTrue(String.valueOf(refusal.getMessage()).contains("opt"), refusal.getMessage());
        }
        Path sliding = Golden.shared("golden", "models", "tiny", "mistral_sliding");
        try (LanguageModel mistral = new TorchProvider().open(Golden.spec(sliding, Precision.FP32))) {
            assertThrows(IllegalArgumentException.class, () -> Exports.gguf(mistral, file, Format.F16));
        }
        assertTrue(Files.notExists(file));
    }

    @Test
    void greedyTextsAreTheSame(@TempDir Path directory) {
        Path model = Golden.shared("golden", "models", "gguf", "tiny-llama.F16.gguf");
        Path file = directory.resolve("again.gguf");
        try (LanguageModel before = new TorchProvider().open(Golden.spec(model, Precision.FP32))) {
            Exports.gguf(before, file, Format.F16);
            try (LanguageModel after = new TorchProvider().open(Golden.spec(file, Precision.FP32))) {
                var request = Generating.request("a", new int[] {1, 40, 41, 42}, 1, Sampling.GREEDY, 24);
                List<Completion> first = before.generate(List.of(request));
                assertArrayEquals(
                        first.get(0).tokens(),
                        after.generate(List.of(request)).get(0).tokens());
            }
        }
    }
}
