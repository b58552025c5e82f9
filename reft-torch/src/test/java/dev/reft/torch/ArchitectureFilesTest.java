package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.Checkpoint;
import dev.reft.checkpoint.SafetensorsWriter;
import dev.reft.checkpoint.TensorInfo;
import dev.reft.model.LanguageModel;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is exported of any architecture is what was read: names, shapes, bytes, fields. */
class ArchitectureFilesTest {
    private static final TokenBatch BATCH =
            TokenBatch.of(List.of(new Row(new int[] {3, 9, 4, 7}, new int[] {1, 2, 3}, 1f)));

    static List<Path> models() {
        return Golden.tinyModels();
    }

    @ParameterizedTest
    @MethodSource("models")
    void anExportIsWhatWasRead(Path model, @TempDir Path directory) {
        Path target = directory.resolve("out");
        try (Policy policy = new TorchProvider().openPolicy(Golden.spec(model, Precision.FP32), Training.full(1))) {
            policy.export(target);
        }
        try (Checkpoint before = Checkpoint.open(model);
                Checkpoint after = Checkpoint.open(target)) {
            assertEquals(shapes(before), shapes(after));
            for (TensorInfo tensor : before.tensors()) {
                assertArrayEquals(before.read(tensor.name()), after.read(tensor.name()), tensor.name());
            }
            assertEquals(before.config().withDtype(""), withFieldsOf(before, after));
        }
    }

    private static dev.reft.checkpoint.ModelConfig withFieldsOf(Checkpoint before, Checkpoint after) {
        var c = after.config();
        return new dev.reft.checkpoint.ModelConfig(
                c.modelType(),
                c.vocabularySize(),
                c.hiddenSize(),
                c.embeddingSize(),
                c.layers(),
                c.contextLength(),
                c.norm(),
                c.attention(),
                c.feedForward(),
                c.positions(),
                c.tiedEmbeddings(),
                c.tokens(),
                "",
                before.config().fields());
    }

    private static TreeMap<String, List<Long>> shapes(Checkpoint checkpoint) {
        TreeMap<String, List<Long>> shapes = new TreeMap<>();
        checkpoint.tensors().forEach(tensor -> shapes.put(tensor.name(), tensor.shape()));
        return shapes;
    }

    /** The hub's own GPT-2 is such a file. */
    @Test
    void aFileWithoutTheBaseOfItsNamesKeepsThem(@TempDir Path directory) throws IOException {
        Path model = Golden.shared("golden", "models", "tiny", "gpt2");
        Path bare = Files.createDirectory(directory.resolve("bare"));
        Files.copy(model.resolve("config.json"), bare.resolve("config.json"));
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            SafetensorsWriter.write(
                    bare,
                    checkpoint.tensors().stream()
                            .map(info -> new SafetensorsWriter.Tensor(
                                    new TensorInfo(
                                            info.name().substring("transformer.".length()), info.type(), info.shape()),
                                    sink -> sink.write(checkpoint.raw(info.name()))))
                            .toList(),
                    SafetensorsWriter.DEFAULT_FILE_BYTES);
        }
        Path target = directory.resolve("out");
        float[][] expected;
        try (LanguageModel whole = new TorchProvider().open(Golden.spec(model, Precision.FP32))) {
            expected = whole.score(BATCH, Set.of(Output.LOG_PROB)).logProbs();
        }
        try (Policy policy = new TorchProvider().openPolicy(Golden.spec(bare, Precision.FP32), Training.full(1))) {
            assertArrayEquals(
                    expected[0], policy.score(BATCH, Set.of(Output.LOG_PROB)).logProbs()[0]);
            policy.export(target);
        }
        try (Checkpoint exported = Checkpoint.open(target)) {
            assertTrue(exported.tensor("h.0.attn.c_attn.weight").isPresent());
        }
    }

    /** A learned table of positions ends. */
    @Test
    void aRowBeyondTheTableOfPositionsIsRefused() {
        int[] long65 = new int[65];
        TokenBatch batch = TokenBatch.of(List.of(new Row(long65, new int[] {1}, 1f)));
        try (LanguageModel model = new TorchProvider().open(Tiny.gpt2(Precision.FP32))) {
            assertEquals(64, model.info().contextLength());
            assertThrows(IllegalArgumentException.class, () -> model.score(batch, Set.of(Output.LOG_PROB)));
            Row full = new Row(new int[64], new int[] {63}, 1f);
            assertEquals(
                    1,
                    model.score(TokenBatch.of(List.of(full)), Set.of(Output.LOG_PROB))
                            .logProbs()[0]
                            .length);
        }
    }
}
