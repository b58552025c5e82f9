package dev.reft.testkit.tiny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Adapter;
import dev.reft.model.ForwardPass;
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
import dev.reft.model.Scorer;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import dev.reft.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening tiny models by name, by option and from exported files. */
class TinyProviderTest {
    private static final TokenBatch BATCH =
            TokenBatch.of(List.of(Row.of(new int[] {2, 3}, new int[] {4, 0}), Row.of(new int[] {5}, new int[] {1})));
    private static final Set<Output> ALL = Set.of(Output.LOG_PROB, Output.ENTROPY, Output.VALUE);

    private static Policy trained(ModelSpec spec, ValueHead head) {
        Training training = new Training(head, new Adapter.Full(), Optimizer.AdamW.DEFAULT, 3, Replicas.SINGLE);
        Policy policy = Models.openPolicy(spec, training);
        try (ForwardPass pass = policy.forward(BATCH, ALL)) {
            pass.backward(new Slopes(Map.of(
                    Output.LOG_PROB, new float[][] {{1, -1}, {2}}, Output.VALUE, new float[][] {{1, 0, 3}, {1, 1}})));
        }
        policy.step(new StepSize(0.01, 0.02, 1));
        return policy;
    }

    @Test
    void theServiceLoaderFindsIt() {
        try (LanguageModel model = Models.open(ModelSpec.of(TinyProvider.NAME), LanguageModel.class)) {
            assertEquals(98, model.info().vocabularySize());
            assertEquals(Set.of(Output.LOG_PROB, Output.ENTROPY), model.info().outputs());
        }
        try (Policy policy = Models.openPolicy(TinyProvider.spec(TinyModel.of("ab")), Training.full(1))) {
            assertEquals(4, policy.info().vocabularySize());
        }
    }

    @Test
    void anExportedModelOpensWithTheSameNumbers(@TempDir Path directory) {
        Path exported = directory.resolve("model");
        TokenScores then;
        try (Policy policy = trained(TinyProvider.spec(TinyModel.of("abcd")), new ValueHead.Shared())) {
            policy.export(exported);
            then = policy.score(BATCH, ALL);
        }
        try (Scorer scorer = Models.open(ModelSpec.of(exported.toString()), Scorer.class)) {
            assertArrayEquals(then.logProbs(), scorer.score(BATCH, ALL).logProbs());
            assertArrayEquals(then.values(), scorer.score(BATCH, ALL).values());
        }
        try (Policy policy = Models.openPolicy(ModelSpec.of(exported.toString()), Training.full(8))) {
            assertArrayEquals(then.logProbs(), policy.score(BATCH, ALL).logProbs());
        }
        // A reward model becomes a critic with its value head.
        ValueHead critic = new ValueHead.Separate(ModelSpec.of(exported.toString()));
        Training training = new Training(critic, new Adapter.Full(), new Optimizer.Sgd(), 8, Replicas.SINGLE);
        try (Policy policy =
                Models.openPolicy(TinyProvider.spec(TinyModel.of("abcd").withSeed(5)), training)) {
            assertArrayEquals(then.values(), policy.score(BATCH, ALL).values());
        }
    }

    @Test
    void whatItCannotDoItRefusesByName() {
        ProviderOption strange = new ProviderOption() {};
        assertRefused("BF16", new ModelSpec(TinyProvider.NAME, "cpu", Precision.BF16, List.of()), Training.full(1));
        assertRefused(
                "cuda:0", new ModelSpec(TinyProvider.NAME, "cuda:0", Precision.FP32, List.of()), Training.full(1));
        assertRefused(
                "option", new ModelSpec(TinyProvider.NAME, "cpu", Precision.FP32, List.of(strange)), Training.full(1));
        assertRefused("/nowhere", ModelSpec.of("/nowhere"), Training.full(1));
        Training lora = new Training(
                new ValueHead.None(),
                new Adapter.Lora(4, 8, List.of("q_proj")),
                new Optimizer.Sgd(),
                1,
                Replicas.SINGLE);
        assertRefused("Lora", ModelSpec.of(TinyProvider.NAME), lora);
        Training critic = new Training(
                new ValueHead.Separate(ModelSpec.of("/critic")),
                new Adapter.Full(),
                new Optimizer.Sgd(),
                1,
                Replicas.SINGLE);
        assertRefused("/critic", ModelSpec.of(TinyProvider.NAME), critic);
    }

    private static void assertRefused(String part, ModelSpec spec, Training training) {
        String message = assertThrows(IllegalArgumentException.class, () -> Models.openPolicy(spec, training))
                .getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void foreignAndDamagedStatesNameTheField(@TempDir Path directory) throws IOException {
        Policy small = trained(TinyProvider.spec(TinyModel.of("abcd")), new ValueHead.Shared());
        small.saveState(directory);
        Policy other = trained(TinyProvider.spec(TinyModel.of("abcd").withSeed(2)), new ValueHead.Shared());
        assertMessage("model", () -> other.restoreState(directory));
        Policy headless = TinyModel.of("abcd")
                .policy(new Training(
                        new ValueHead.None(), new Adapter.Full(), new Optimizer.Sgd(), 3, Replicas.SINGLE));
        assertMessage("parts", () -> headless.restoreState(directory));
        byte[] bytes = Files.readAllBytes(directory.resolve(TinyFiles.STATE));
        bytes[3] = 9;
        Files.write(directory.resolve(TinyFiles.STATE), bytes);
        assertMessage("version", () -> small.restoreState(directory));
        small.close();
        other.close();
        headless.close();
    }

    private static void assertMessage(String part, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(part) && message.contains(TinyFiles.STATE), message);
    }

    @Test
    void theTokenizerKeepsControlsOutOfText() {
        Tokenizer tokenizer = new CharacterTokenizer("<eos>ab");
        assertArrayEquals(new int[] {7, 0, 8}, tokenizer.encodeControls("a<eos>b"));
        assertArrayEquals(new int[] {7, 2, 3, 4, 5, 6, 8}, tokenizer.encode("a<eos>b"));
        assertArrayEquals(new int[] {1, 7}, tokenizer.encode("?a"));
        assertEquals("\uFFFDa<eos>", tokenizer.decode(new int[] {1, 7, 0}));
        assertThrows(IllegalArgumentException.class, () -> tokenizer.decode(new int[] {9}));
        assertThrows(IllegalStateException.class, () -> tokenizer.render(List.of(), true, Map.of()));
        assertThrows(IllegalArgumentException.class, () -> TinyModel.of("aa"));
        assertThrows(IllegalArgumentException.class, () -> TinyModel.of("ab").withSizes(7, 2, 3, 1));
    }
}
