package dev.reft.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The tiny reference models. */
class HfCheckpointTest {
    @TestFactory
    List<DynamicTest> everyTinyModelHasTheTensorsThatItsConfigurationSays() {
        List<Path> models = Shared.tinyModels();
        assertTrue(models.size() >= 9, "found " + models);
        return models.stream()
                .map(model -> DynamicTest.dynamicTest(String.valueOf(model.getFileName()), () -> check(model)))
                .toList();
    }

    private static void check(Path model) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            Map<String, List<Long>> found = new LinkedHashMap<>();
            for (TensorInfo tensor : checkpoint.tensors()) {
                found.put(tensor.name(), tensor.shape());
                assertEquals(checkpoint.config().dtype(), tensor.type().torchName(), tensor.name());
                ByteBuffer raw = checkpoint.raw(tensor.name());
                assertEquals(tensor.bytes(), raw.remaining());
                assertTrue(raw.isDirect() && raw.isReadOnly());
                float[] floats = checkpoint.read(tensor.name());
                assertEquals(firstFloat(tensor.type(), raw), floats[0]);
                for (float value : floats) {
                    assertTrue(Float.isFinite(value), tensor.name());
                }
            }
            assertEquals(
                    Architecture.of(checkpoint.config().modelType()).names().tensors(checkpoint.config()), found);
            assertFalse(checkpoint.endIds().isEmpty());
        }
    }

    private static float firstFloat(TensorType type, ByteBuffer raw) {
        if (type == TensorType.F32) {
            return raw.getFloat(0);
        }
        return type == TensorType.BF16
                ? Float.intBitsToFloat(raw.getShort(0) << 16)
                : Blocks.half(new byte[] {raw.get(0), raw.get(1)}, 0);
    }

    @TestFactory
    List<DynamicTest> everyTinyModelIsTheSameAfterWritingItAgain(@TempDir Path folder) {
        return Shared.tinyModels().stream()
                .map(model -> DynamicTest.dynamicTest(
                        String.valueOf(model.getFileName()), () -> rewrite(model, folder.resolve(model.getFileName()))))
                .toList();
    }

    private static void rewrite(Path model, Path copy) throws IOException {
        try (Checkpoint original = Checkpoint.open(model)) {
            List<SafetensorsWriter.Tensor> tensors = original.tensors().stream()
                    .map(info -> new SafetensorsWriter.Tensor(info, sink -> sink.write(original.raw(info.name()))))
                    .toList();
            HfModelWriter.write(
                    copy,
                    original.config(),
                    original.generation(),
                    tensors,
                    20_000,
                    target -> Files.writeString(target.resolve("tokenizer.json"), "{}"));
            try (Checkpoint again = Checkpoint.open(copy)) {
                assertEquals(original.generation(), again.generation());
                assertEquals(original.config().attention(), again.config().attention());
                assertEquals(original.config().fields(), again.config().fields());
                assertEquals(original.tensors().size(), again.tensors().size());
                for (TensorInfo info : original.tensors()) {
                    assertEquals(info, again.tensor(info.name()).orElseThrow());
                    assertEquals(original.raw(info.name()), again.raw(info.name()));
                }
            }
            assertTrue(Files.exists(copy.resolve("model.safetensors.index.json")));
            assertTrue(Files.exists(copy.resolve("tokenizer.json")));
        }
    }

    @Test
    void rowsOfATensorAreReadByThemselves() {
        Path model = Shared.folder("golden/models/tiny/mistral");
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            String name = "model.layers.1.mlp.up_proj.weight";
            float[] all = checkpoint.read(name);
            FloatBuffer rows = FloatBuffer.allocate(3 * 32);
            checkpoint.readRows(name, 5, rows);
            float[] wanted = Arrays.copyOfRange(all, 5 * 32, 8 * 32);
            assertArrayEquals(wanted, rows.array());
        }
    }
}
