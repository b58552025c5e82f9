package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Adapter;
import dev.reft.model.EngineException;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.model.Replicas;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchProviderTest {
    private record Unknown() implements ProviderOption {}

    private final TorchProvider provider = new TorchProvider();
    private final ModelSpec tiny = Tiny.llama(Precision.FP32);

    private void assertRefuses(String part, ModelSpec spec) {
        Optional<String> refusal = provider.refuses(spec);
        assertTrue(refusal.isPresent() && refusal.get().contains(part), () -> part + " in " + refusal);
        assertThrows(IllegalArgumentException.class, () -> provider.open(spec));
    }

    private ModelSpec with(String model, String device, ProviderOption... options) {
        return new ModelSpec(model, device, Precision.FP32, List.of(options));
    }

    @Test
    void serviceLoaderFindsIt() {
        try (Policy policy = Models.openPolicy(tiny, Training.full(1));
                LanguageModel model = Models.open(tiny, LanguageModel.class)) {
            assertEquals(29, policy.info().vocabularySize());
            assertEquals(64, model.info().contextLength());
            assertTrue(policy.info().outputs().contains(Output.VALUE));
            assertFalse(model.info().outputs().contains(Output.VALUE));
            assertThrows(IllegalStateException.class, model::tokenizer);
        }
    }

    @Test
    void refusesWithAReason(@TempDir Path directory) throws IOException {
        RandomWeights random = new RandomWeights(1);
        assertRefuses("neither cpu nor cuda", with(tiny.model(), "tpu:0", random));
        assertRefuses("Unknown", with(tiny.model(), "cpu", random, new Unknown()));
        assertRefuses("given twice", with(tiny.model(), "cpu", random, new RandomWeights(2)));
        assertRefuses("no file or directory", with(directory + "/absent", "cpu"));
        Files.writeString(directory.resolve("config.json"), "{\"model_type\": \"mamba\", \"vocab_size\": 5}");
        assertRefuses("mamba", with(directory.toString(), "cpu", random));
    }

    @Test
    void refusesTrainingWithAReason() {
        Adapter lora = new Adapter.Lora(2, 2, List.of("c_attn"));
        Training badTarget = new Training(new ValueHead.None(), lora, Optimizer.AdamW.DEFAULT, 1, Replicas.SINGLE);
        assertTrue(provider.refuses(tiny, badTarget).orElse("").contains("c_attn"));
        ValueHead separate = new ValueHead.Separate(with("/absent", "cpu"));
        Training badCritic = new Training(separate, new Adapter.Full(), Optimizer.AdamW.DEFAULT, 1, Replicas.SINGLE);
        assertTrue(provider.refuses(tiny, badCritic).orElse("").contains("critic"));
        assertEquals(Optional.empty(), provider.refuses(tiny, Training.full(1)));
    }

    @Test
    void aCriticWithAShorterContextIsRefused(@TempDir Path directory) throws IOException {
        Path config = Path.of(tiny.model());
        String json = Files.readString(Files.isDirectory(config) ? config.resolve("config.json") : config);
        Path shorter = directory.resolve("config.json");
        Files.writeString(shorter, json.replaceAll("(\"max_position_embeddings\"\\s*:\\s*)64", "$1" + 32));
        ModelSpec critic = new ModelSpec(
                Files.isDirectory(config) ? directory.toString() : shorter.toString(),
                "cpu",
                Precision.FP32,
                tiny.options());
        Training training = new Training(
                new ValueHead.Separate(critic), new Adapter.Full(), Optimizer.AdamW.DEFAULT, 1, Replicas.SINGLE);
        assertEquals(
                "the critic's context of 32 tokens is shorter than the policy's 64",
                provider.refuses(tiny, training).orElse(""));
        Training same = new Training(
                new ValueHead.Separate(tiny), new Adapter.Full(), Optimizer.AdamW.DEFAULT, 1, Replicas.SINGLE);
        assertEquals(Optional.empty(), provider.refuses(tiny, same));
    }

    @Test
    void theFirstOpeningFixesThreadsAndPrecision() {
        provider.open(tiny).close();
        RandomWeights random = new RandomWeights(1);
        provider.open(with(tiny.model(), "cpu", random)).close();
        assertRefuses("7 are refused", with(tiny.model(), "cpu", random, new Threads(7)));
        MatmulPrecision fixed = Engine.refuses(Optional.empty(), Optional.of(MatmulPrecision.MEDIUM))
                        .isEmpty()
                ? MatmulPrecision.MEDIUM
                : MatmulPrecision.HIGHEST;
        assertEquals(Optional.empty(), provider.refuses(with(tiny.model(), "cpu", random, fixed)));
        assertRefuses("HIGH is refused", with(tiny.model(), "cpu", random, MatmulPrecision.HIGH));
    }

    @Test
    void cudaWithoutItsNativesIsRefusedClearly() {
        provider.open(tiny).close();
        ModelSpec spec = with(tiny.model(), "cuda:0", new RandomWeights(1));
        org.junit.jupiter.api.Assumptions.assumeFalse(torch.hasCUDA(), "there is a GPU");
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> provider.open(spec));
        assertTrue(refusal.getMessage().contains("-gpu"), refusal.getMessage());
    }

    @Test
    void missingAndMisshapenTensorsAreNamed(@TempDir Path directory) throws IOException {
        Path model = Golden.shared("golden", "models", "tiny", "llama");
        Files.copy(model.resolve("model.safetensors"), directory.resolve("model.safetensors"));
        String config = Files.readString(model.resolve("config.json"));
        Files.writeString(
                directory.resolve("config.json"),
                config.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"));
        ModelSpec spec = Golden.spec(directory, Precision.FP32);
        IllegalArgumentException missing = assertThrows(IllegalArgumentException.class, () -> provider.open(spec));
        assertTrue(missing.getMessage().contains("model.layers.2.input_layernorm.weight"), missing.getMessage());
        Files.writeString(
                directory.resolve("config.json"),
                config.replace("\"intermediate_size\": 80", "\"intermediate_size\": 81"));
        IllegalArgumentException shape = assertThrows(IllegalArgumentException.class, () -> provider.open(spec));
        assertTrue(shape.getMessage().contains("[81, 32]"), shape.getMessage());
    }

    @Test
    void badRowsAreNamed() {
        try (LanguageModel model = provider.open(tiny)) {
            TokenBatch outside = TokenBatch.of(List.of(Row.of(new int[] {1}, new int[] {29})));
            IllegalArgumentException token =
                    assertThrows(IllegalArgumentException.class, () -> model.score(outside, Set.of(Output.LOG_PROB)));
            assertTrue(token.getMessage().contains("row 0, token 1 has the id 29"), token.getMessage());
            TokenBatch longRow = TokenBatch.of(List.of(Row.of(new int[60], new int[5])));
            assertThrows(IllegalArgumentException.class, () -> model.score(longRow, Set.of(Output.LOG_PROB)));
            assertThrows(IllegalArgumentException.class, () -> model.score(outside, Set.of()));
            assertThrows(IllegalArgumentException.class, () -> model.score(outside, Set.of(Output.VALUE)));
        }
    }

    @Test
    void whatLibtorchThrowsIsTranslated() {
        provider.open(tiny).close();
        EngineException failure = assertThrows(
                EngineException.class,
                () -> Failures.run("a product", () -> {
                    try (Scope scope = new Scope()) {
                        Tensor product = torch.mm(torch.zeros(2, 3), torch.zeros(2, 3));
                        product.add_(product);
                    }
                }));
        assertEquals(EngineException.Kind.OTHER, failure.kind());
        assertTrue(failure.getMessage().startsWith("a product: mat1 and mat2 shapes"), failure.getMessage());
        assertFalse(failure.getMessage().contains("frame #"), failure.getMessage());
        assertEquals(
                EngineException.Kind.OUT_OF_MEMORY, Failures.kind("CUDA out of memory. Tried to allocate 20.00 MiB"));
        assertEquals(
                EngineException.Kind.OUT_OF_MEMORY,
                Failures.kind("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"));
        assertEquals(EngineException.Kind.DEVICE_LOST, Failures.kind("CUDA error: device-side assert triggered"));
        EngineException own = new EngineException(EngineException.Kind.OTHER, "mine", failure);
        assertEquals(
                own,
                assertThrows(
                        EngineException.class,
                        () -> Failures.in("x", () -> {
                            throw own;
                        })));
    }
}
