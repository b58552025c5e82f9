package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Adapter;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Replicas;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** States and exports on disk. */
class FilesTest {
    private static final TokenBatch BATCH = TokenBatch.of(
            List.of(Row.of(new int[] {1, 2}, new int[] {3, 4, 5}), Row.of(new int[] {9}, new int[] {8, 7})));
    private static final Set<Output> ALL = Set.of(Output.LOG_PROB, Output.ENTROPY, Output.VALUE);
    private static final Adapter LORA = new Adapter.Lora(2, 3, List.of("q_proj", "v_proj"));

    private static Policy open(ModelSpec spec, Adapter adapter, ValueHead head) {
        return new TorchProvider()
                .openPolicy(spec, new Training(head, adapter, Optimizer.AdamW.DEFAULT, 3, Replicas.SINGLE));
    }

    private static void train(Policy policy) {
        try (ForwardPass pass = policy.forward(BATCH, ALL)) {
            pass.backward(new Slopes(Map.of(
                    Output.LOG_PROB, new float[][] {{1, -1, 0.5f}, {0.2f, 0.3f}},
                    Output.VALUE, new float[][] {{1, 0, -1, 2}, {0.4f, 0.1f, 1}})));
        }
        assertTrue(policy.step(new StepSize(0.02, 0.02, 1)).applied());
    }

    private static void assertSame(TokenScores expected, TokenScores found) {
        expected.channels().forEach((output, rows) -> {
            for (int i = 0; i < rows.length; i++) {
                assertArrayEquals(rows[i], found.channels().get(output)[i], output + " of row " + i);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void anExportedModelLoadsAgainBitForBit(Precision precision, @TempDir Path directory) {
        Path target = directory.resolve("model");
        try (Policy policy = open(Tiny.qwen(precision), new Adapter.Full(), new ValueHead.Shared())) {
            train(policy);
            policy.export(target);
            TokenScores scores = policy.score(BATCH, ALL);
            try (LanguageModel again = new TorchProvider().open(Golden.spec(target, precision))) {
                assertSame(scores, again.score(BATCH, ALL));
            }
            try (Policy again = open(Golden.spec(target, precision), new Adapter.Full(), new ValueHead.Shared())) {
                assertSame(scores, again.score(BATCH, ALL));
            }
        }
    }

    @Test
    void aGgufFileIsExportedWithItsTokenizer(@TempDir Path directory) {
        Path model = Golden.shared("golden", "models", "gguf", "tiny-llama.F32.gguf");
        Path target = directory.resolve("model");
        String text = "What is 12 + 30? It's <s>4 2</s>!";
        try (Policy policy = open(Golden.spec(model, Precision.FP32), new Adapter.Full(), new ValueHead.None())) {
            policy.export(target);
            try (LanguageModel again = new TorchProvider().open(Golden.spec(target, Precision.FP32))) {
                assertSame(policy.score(BATCH, Set.of(Output.LOG_PROB)), again.score(BATCH, Set.of(Output.LOG_PROB)));
                Tokenizer before = policy.tokenizer();
                Tokenizer after = again.tokenizer();
                assertEquals(before.endIds(), after.endIds());
                assertArrayEquals(before.encodePrompt(text), after.encodePrompt(text));
                assertArrayEquals(before.encodeControls(text), after.encodeControls(text));
                assertEquals(text, after.decode(after.encode(text)));
            }
        }
    }

    @Test
    void aTiedModelIsExportedWithoutAHead(@TempDir Path directory) {
        Path model = Golden.shared("golden", "models", "tiny", "llama_tied_mqa");
        Path target = directory.resolve("model");
        try (Policy policy = open(Golden.spec(model, Precision.FP32), new Adapter.Full(), new ValueHead.None())) {
            policy.export(target);
            TokenScores scores = policy.score(BATCH, Set.of(Output.LOG_PROB));
            try (LanguageModel again = new TorchProvider().open(Golden.spec(target, Precision.FP32))) {
                assertSame(scores, again.score(BATCH, Set.of(Output.LOG_PROB)));
            }
        }
    }

    @Test
    void aCriticIsExportedBesideThePolicy(@TempDir Path directory) {
        Path target = directory.resolve("model");
        ValueHead separate = new ValueHead.Separate(Tiny.qwen(Precision.FP32));
        try (Policy policy = open(Tiny.llama(Precision.FP32), new Adapter.Full(), separate)) {
            train(policy);
            policy.export(target);
            float[][] values = policy.score(BATCH, Set.of(Output.VALUE)).values();
            try (LanguageModel critic =
                    new TorchProvider().open(Golden.spec(target.resolve("critic"), Precision.FP32))) {
                float[][] again = critic.score(BATCH, Set.of(Output.VALUE)).values();
                assertArrayEquals(values[0], again[0]);
                assertArrayEquals(values[1], again[1]);
            }
            ValueHead loaded = new ValueHead.Separate(Golden.spec(target.resolve("critic"), Precision.FP32));
            try (Policy other = open(Golden.spec(target, Precision.FP32), new Adapter.Full(), loaded)) {
                assertSame(policy.score(BATCH, ALL), other.score(BATCH, ALL));
            }
        }
    }

    /** A reward model scores rows that ask for no token, by the value after the last one. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void aRewardModelIsExportedWithItsHeadAndIsACriticToBeginWith(Precision precision, @TempDir Path directory) {
        Path target = directory.resolve("reward");
        TokenBatch rows = TokenBatch.of(
                List.of(new Row(new int[] {1, 2, 3, 4}, new int[0], 1f), new Row(new int[] {1, 2, 5}, new int[0], 1f)));
        Set<Output> value = Set.of(Output.VALUE);
        try (Policy policy = open(Tiny.llama(precision), new Adapter.Full(), new ValueHead.Shared())) {
            for (int i = 0; i < 3; i++) {
                try (ForwardPass pass = policy.forward(rows, value)) {
                    pass.backward(new Slopes(Map.of(Output.VALUE, new float[][] {{-0.5f}, {0.5f}})));
                }
                assertTrue(policy.step(new StepSize(0.02, 0.02, 1)).applied());
            }
            policy.export(target);
            TokenScores scores = policy.score(rows, value);
            assertTrue(scores.values()[0][0] > scores.values()[1][0]);
            ModelSpec exported = Golden.spec(target, precision);
            try (LanguageModel again = new TorchProvider().open(exported)) {
                assertSame(scores, again.score(rows, value));
            }
            try (Policy other = open(Tiny.qwen(precision), new Adapter.Full(), new ValueHead.Separate(exported))) {
                assertSame(scores, other.score(rows, value));
                assertSame(policy.score(BATCH, value), other.score(BATCH, value));
            }
        }
    }

    @Test
    void anAdapterIsExportedAsPeftNamesIt(@TempDir Path directory) {
        Path target = directory.resolve("adapter");
        try (Policy policy = open(Tiny.llama(Precision.FP32), LORA, new ValueHead.Shared())) {
            train(policy);
            policy.export(target);
        }
        JsonNode config = Golden.json(target.resolve("adapter_config.json"));
        assertEquals("LORA", config.get("peft_type").asString());
        assertEquals(2, config.get("r").asInt());
        assertEquals(3, config.get("lora_alpha").asInt());
        Set<String> names = new TreeSet<>();
        try (var file = dev.reft.checkpoint.TensorFile.open(target.resolve("adapter_model.safetensors"))) {
            file.tensors().forEach(info -> names.add(info.name() + " " + info.shape()));
        }
        assertEquals(8, names.size(), names.toString());
        assertTrue(names.contains("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight [2, 16]"));
        assertTrue(names.contains("base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight [8, 2]"));
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aStateOfLoraContinuesExactly(Precision precision, @TempDir Path directory) {
        try (Policy policy = open(Tiny.llama(precision), LORA, new ValueHead.Shared());
                Policy other = open(Tiny.llama(precision), LORA, new ValueHead.Shared())) {
            train(policy);
            policy.saveState(directory);
            train(policy);
            other.restoreState(directory);
            train(other);
            assertSame(policy.score(BATCH, ALL), other.score(BATCH, ALL));
        }
    }

    @Test
    void aStateOfAnotherPolicyIsRefusedByField(@TempDir Path directory) {
        try (Policy policy = open(Tiny.llama(Precision.FP32), LORA, new ValueHead.Shared())) {
            policy.saveState(directory);
        }
        assertRefused(directory, Tiny.llama(Precision.FP32), new Adapter.Full(), "training.adapter");
        assertRefused(directory, Tiny.llama(Precision.BF16), LORA, "precision");
        assertRefused(directory, Tiny.qwen(Precision.FP32), LORA, "model.type");
        ModelSpec otherWeights = new ModelSpec(
                Tiny.llama(Precision.FP32).model(),
                "cpu",
                Precision.FP32,
                List.of(new Threads(1), new RandomWeights(999)));
        assertRefused(directory, otherWeights, LORA, "model.weights");
    }

    private static void assertRefused(Path state, ModelSpec spec, Adapter adapter, String field) {
        try (Policy policy = open(spec, adapter, new ValueHead.Shared())) {
            IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> policy.restoreState(state));
            assertTrue(refusal.getMessage().contains(field), refusal.getMessage());
        }
    }

    @Test
    void exportRefusesAnOccupiedDirectory(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("mine.txt"), "mine");
        try (Policy policy = open(Tiny.llama(Precision.FP32), new Adapter.Full(), new ValueHead.None())) {
            assertThrows(IllegalArgumentException.class, () -> policy.export(directory));
        }
        assertEquals("mine", Files.readString(directory.resolve("mine.txt")));
    }
}
