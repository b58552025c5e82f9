package dev.reft.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The reference GGUF files, against the safetensors that they were made from. */
class GgufCheckpointTest {
    /** Largest error as a part of the tensor's largest element: about half a step of the quantisation. */
    private static final Map<String, Double> TOLERANCES = Map.of(
            "F32", 0.0, "F16", 5e-4, "BF16", 4e-3, "Q8_0", 5e-3, "Q5_1", 0.035, "Q5_0", 0.05, "Q4_1", 0.07, "Q4_0",
            0.1);

    @TestFactory
    List<DynamicTest> everyFileHoldsTheTensorsOfTinyLlama() {
        List<Path> files = Shared.files("golden/models/gguf", ".gguf");
        assertTrue(files.size() >= 8, "found " + files);
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(String.valueOf(file.getFileName()), () -> check(file)))
                .toList();
    }

    private static void check(Path file) {
        String name = String.valueOf(file.getFileName());
        String type = name.substring("tiny-llama.".length(), name.length() - ".gguf".length());
        double tolerance = TOLERANCES.getOrDefault(type, 0.3);
        try (Checkpoint gguf = Checkpoint.open(file);
                Checkpoint reference = Checkpoint.open(Shared.folder("golden/models/tiny/llama"))) {
            sameModel(reference.config(), gguf.config());
            assertEquals(reference.endIds(), gguf.endIds());
            assertEquals(
                    reference.tensors().stream().map(TensorInfo::name).sorted().toList(),
                    gguf.tensors().stream().map(TensorInfo::name).sorted().toList());
            for (TensorInfo info : reference.tensors()) {
                assertEquals(
                        info.shape(), gguf.tensor(info.name()).orElseThrow().shape());
                float[] wanted = reference.read(info.name());
                float[] found = gguf.read(info.name());
                double largest = 0;
                double error = 0;
                for (int i = 0; i < wanted.length; i++) {
                    largest = Math.max(largest, Math.abs(wanted[i]));
                    error = Math.max(error, Math.abs(wanted[i] - found[i]));
                }
                assertTrue(error <= tolerance * largest, info.name() + ": " + error + " of " + largest);
                sameInOtherWays(gguf, info, found);
            }
        }
    }

    private static void sameModel(ModelConfig wanted, ModelConfig found) {
        assertEquals(wanted.modelType(), found.modelType());
        assertEquals(wanted.vocabularySize(), found.vocabularySize());
        assertEquals(wanted.hiddenSize(), found.hiddenSize());
        assertEquals(wanted.contextLength(), found.contextLength());
        assertEquals(wanted.normEpsilon(), found.normEpsilon());
        assertEquals(wanted.attention(), found.attention());
        assertEquals(wanted.feedForward(), found.feedForward());
        assertEquals(wanted.rope(), found.rope());
        assertEquals(wanted.tiedEmbeddings(), found.tiedEmbeddings());
        assertEquals(wanted.tokens(), found.tokens());
    }

    /** By rows, and as raw bytes. */
    private static void sameInOtherWays(Checkpoint gguf, TensorInfo info, float[] all) {
        TensorInfo stored = gguf.tensor(info.name()).orElseThrow();
        int row = (int) stored.rowElements();
        FloatBuffer last = FloatBuffer.allocate(row);
        gguf.readRows(info.name(), stored.rows() - 1, last);
        assertArrayEquals(Arrays.copyOfRange(all, all.length - row, all.length), last.array());
        if (stored.type() == TensorType.F32) {
            ByteBuffer raw = gguf.raw(info.name());
            assertEquals(ByteOrder.LITTLE_ENDIAN, raw.order());
            assertEquals(FloatBuffer.wrap(all), raw.asFloatBuffer());
        }
    }

    @Test
    void smolLmOpensAtOnceWithoutItsWeights() {
        Path folder = Shared.folder("models/SmolLM2-135M-Instruct");
        Checkpoint.open(folder).close(); // classes and file cache
        long start = System.nanoTime();
        try (Checkpoint model = Checkpoint.open(folder)) {
            double seconds = (System.nanoTime() - start) / 1e9;
            assertTrue(seconds < 0.3, "took " + seconds + " s");
            ModelConfig config = model.config();
            assertEquals(49152, config.vocabularySize());
            assertEquals(576, config.hiddenSize());
            assertEquals(30, config.layers());
            assertEquals(8192, config.contextLength());
            assertEquals(1e-5, config.normEpsilon());
            assertEquals(9, config.attention().heads());
            assertEquals(3, config.attention().keyValueHeads());
            assertEquals(64, config.attention().headDim());
            assertEquals(1536, config.feedForward().size());
            assertEquals(new Rope(1e5, new RopeScaling.None()), config.rope());
            assertTrue(config.tiedEmbeddings());
            assertEquals(new SpecialTokens(OptionalInt.of(1), List.of(2), OptionalInt.of(2)), config.tokens());
            assertEquals(272, model.tensors().size());
            GgufMetadata metadata = model.ggufMetadata().orElseThrow();
            assertEquals("smollm", metadata.string("tokenizer.ggml.pre").orElseThrow());
            assertEquals(OptionalLong.of(49152), metadata.arrayLength("tokenizer.ggml.tokens"));
            List<String> tokens = metadata.strings("tokenizer.ggml.tokens").orElseThrow();
            assertEquals("<|im_end|>", tokens.get(2));
            assertEquals(49152, metadata.integers("tokenizer.ggml.token_type").orElseThrow().length);
        }
    }

    @Test
    void aModelFromGgufIsWrittenAsHuggingFace(@TempDir Path folder) throws IOException {
        Path file = Shared.folder("golden/models/gguf/tiny-llama.Q4_1.gguf");
        Path copy = folder.resolve("copy");
        try (Checkpoint gguf = Checkpoint.open(file)) {
            List<SafetensorsWriter.Tensor> tensors = gguf.tensors().stream()
                    .map(info -> new SafetensorsWriter.Tensor(
                            new TensorInfo(info.name(), TensorType.F32, info.shape()),
                            sink -> sink.write(littleEndian(gguf.read(info.name())))))
                    .toList();
            HfModelWriter.write(
                    copy,
                    gguf.config(),
                    gguf.generation(),
                    tensors,
                    SafetensorsWriter.DEFAULT_FILE_BYTES,
                    directory -> {});
            try (Checkpoint again = Checkpoint.open(copy)) {
                sameModel(gguf.config(), again.config());
                assertEquals("float32", again.config().dtype());
                assertEquals(
                        List.of("LlamaForCausalLM"), again.config().fields().get("architectures"));
                for (TensorInfo info : gguf.tensors()) {
                    assertArrayEquals(gguf.read(info.name()), again.read(info.name()));
                }
            }
            assertTrue(Files.exists(copy.resolve("model.safetensors")));
        }
    }

    private static ByteBuffer littleEndian(float[] floats) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * floats.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(floats);
        return bytes;
    }

    @Test
    void rowsOfQueriesAreInHalfSplitOrder() {
        // interleaved pairs (0,1) (2,3) (4,5) of a head of 6 become (0,3) (1,4) (2,5)
        long[] from = new long[12];
        Arrays.setAll(from, i -> GgufCheckpoint.halfSplit(6).applyAsLong(i));
        assertArrayEquals(new long[] {0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11}, from);
    }

    /** Numbers of the tokenizer are written as wide as they are; what has no form is named. */
    @Test
    void numbersOfAllWidthsAreWritten(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("x.gguf");
        Map<String, Object> numbers = Map.of(
                "tokenizer.a", 1L << 40, "tokenizer.b", -7, "tokenizer.c", 0xffffffffL, "tokenizer.d", Long.MIN_VALUE);
        try (Checkpoint model = Checkpoint.open(Shared.folder("golden/models/tiny/llama"))) {
            write(file, model, numbers);
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> write(file, model, Map.of("tokenizer.odd", List.of(true, false))));
            assertTrue(String.valueOf(refused.getMessage()).contains("tokenizer.odd"), refused.getMessage());
        }
        try (Checkpoint again = Checkpoint.open(file)) {
            numbers.forEach((key, number) -> assertEquals(
                    ((Number) number).longValue(),
                    again.ggufMetadata().orElseThrow().integer(key).orElseThrow()));
        }
    }

    private static void write(Path file, Checkpoint model, Map<String, ?> tokenizer) throws IOException {
        GgufWriter.write(
                file,
                model.config(),
                "x",
                tokenizer,
                model.tensors().stream()
                        .map(info -> new SafetensorsWriter.Tensor(info, sink -> sink.write(model.raw(info.name()))))
                        .toList(),
                GgufWriter.Format.F16);
    }
}
