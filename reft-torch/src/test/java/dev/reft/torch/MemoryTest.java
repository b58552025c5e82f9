package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reft.checkpoint.ModelConfig;
import dev.reft.model.Adapter;
import dev.reft.model.MemoryEstimate;
import dev.reft.model.MemoryLoad;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Optimizer;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.model.Replicas;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
    private static final Training FULL = Training.full(1);

    @Test
    void countsParametersAsTheFilesDo() {
        for (Path model : Golden.tinyModels()) {
            try (Opening opening = Opening.of(Golden.spec(model, Precision.FP32))) {
                long numbers = Objects.requireNonNull(opening.checkpoint()).tensors().stream()
                        .mapToLong(info -> info.elements())
                        .sum();
                assertEquals(numbers, Sizes.parameters(opening.config()), model.toString());
            }
        }
    }

    @Test
    void formulaOfSmallNumbers() {
        ModelConfig config = ModelConfig.read(Path.of(Tiny.llama(Precision.FP32).model()));
        // Embedding and head 2 * 29 * 16, two blocks of 16 * (2 * 16 + 2 * 8 + 3 * 24) + 32, and the last norm.
        long parameters = 2 * 29 * 16 + 2 * (16 * (32 + 16 + 72) + 32) + 16;
        MemoryLoad pass = new MemoryLoad(5, 10, 7, true);
        MemoryEstimate full = Memory.of(config, Precision.FP32, FULL, Options.of(Tiny.llama(Precision.FP32)), pass);
        assertEquals(4 * parameters, full.weights());
        assertEquals(4 * parameters, full.gradients());
        assertEquals(8 * parameters, full.moments());
        assertEquals(4 * parameters, full.reference());
        assertEquals(2L * 4 * 7 * 5 * 2 * 8, full.cache());
        assertEquals(4L * 10 * 2 * (64 + 32 + 16 + 96 + 4 * 5), full.activations());
        assertEquals(20 * parameters + Math.max(full.cache(), full.activations() + full.temporaries()), full.peak());
        ModelSpec checkpointed = with(new GradientCheckpointing(), new TokensPerPass(10));
        MemoryEstimate half =
                Memory.of(config, Precision.BF16, FULL, Options.of(checkpointed), new MemoryLoad(5, 0, 0, false));
        assertEquals(6 * parameters, half.weights());
        assertEquals(0, half.reference());
        assertEquals(2L * 10 * (2 * 16 + 64 + 32 + 16 + 96 + 20), half.activations());
        Adapter lora = new Adapter.Lora(3, 1, List.of("q_proj", "down_proj"));
        Training low = new Training(new ValueHead.None(), lora, new Optimizer.Sgd(), 1, Replicas.SINGLE);
        MemoryEstimate adapted =
                Models.estimate(Tiny.llama(Precision.FP32), low, pass).orElseThrow();
        assertEquals(4L * 2 * 3 * (32 + 40), adapted.gradients());
        assertEquals(adapted.gradients(), adapted.reference());
        assertEquals(0, adapted.moments());
    }

    @Test
    void aSeparateCriticIsCounted() {
        ModelSpec spec = Tiny.llama(Precision.FP32);
        MemoryLoad load = new MemoryLoad(5, 10, 7, true);
        Training separate = new Training(
                new ValueHead.Separate(spec),
                new Adapter.Full(),
                new Optimizer.AdamW(0.9, 0.999, 1e-8, 0),
                1,
                Replicas.SINGLE);
        MemoryEstimate alone = Models.estimate(spec, FULL, load).orElseThrow();
        MemoryEstimate both = Models.estimate(spec, separate, load).orElseThrow();
        assertEquals(2 * alone.weights(), both.weights());
        assertEquals(2 * alone.moments(), both.moments());
        assertEquals(2 * alone.activations(), both.activations());
        assertEquals(alone.reference(), both.reference());
        assertEquals(alone.cache(), both.cache());
        assertTrue(both.toString().contains(" MB at the peak (weights "), both.toString());
    }

    private static ModelSpec with(ProviderOption... options) {
        ModelSpec spec = Tiny.llama(Precision.FP32);
        List<ProviderOption> all = new ArrayList<>(spec.options());
        all.addAll(List.of(options));
        return new ModelSpec(spec.model(), spec.device(), spec.precision(), all);
    }

    /** What a pass holds, against the growth of a fresh process: within a factor of 1.6 either way. */
    @Test
    void activationsAreAboutWhatAPassTakes(@TempDir Path directory) throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "no /proc here");
        Files.writeString(directory.resolve("config.json"), """
                {"model_type": "llama", "vocab_size": 500, "hidden_size": 256, "intermediate_size": 768,
                 "num_hidden_layers": 8, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 64,
                 "max_position_embeddings": 256, "tie_word_embeddings": true, "eos_token_id": null}
                """);
        Path out = directory.resolve("grown");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PassMemory.class.getName(),
                        directory.toString(),
                        out.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> read(directory.resolve("log")));
        double grown = Double.parseDouble(read(out));
        ModelConfig config = ModelConfig.read(directory);
        MemoryLoad load = new MemoryLoad(PassMemory.LENGTH, PassMemory.ROWS * PassMemory.LENGTH, 0, false);
        ModelSpec spec = new ModelSpec(directory.toString(), "cpu", Precision.FP32, List.of(new RandomWeights(1)));
        double estimated = Models.estimate(spec, FULL, load).orElseThrow().activations();
        assertTrue(grown > estimated / 1.6 && grown < estimated * 1.6, "grew by " + grown + ", estimated " + estimated);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
