package dev.reft.onnx.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.Architecture;
import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Output;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.onnx.OnnxProvider;
import dev.reft.onnx.graph.OnnxFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the weights of a graph lie: within its file up to a size, and beside it above. */
class LargeExportTest {
    private static final OnnxExportOptions OPTIONS = new OnnxExportOptions(true, false, true, false);
    private static final TokenBatch BATCH = TokenBatch.of(List.of(Row.of(new int[] {3, 1}, new int[] {4, 1, 5})));

    @TempDir
    Path directory;

    /** A model of zeros, whose file has no blocks on the disk. */
    private Path zeros(int vocabulary, int width) throws IOException {
        return zeros(vocabulary, width, "F32", false);
    }

    private Path zeros(int vocabulary, int width, String type, boolean tied) throws IOException {
        Path model = Files.createDirectory(directory.resolve("model"));
        Files.writeString(model.resolve("config.json"), """
                {"model_type": "llama", "vocab_size": %d, "hidden_size": %d, "intermediate_size": 16, "head_dim": 4,
                 "num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 16,
                 "tie_word_embeddings": %s, "eos_token_id": null}
                """.formatted(vocabulary, width, tied));
        ModelConfig config = ModelConfig.read(model);
        StringBuilder header = new StringBuilder("{");
        long at = 0;
        long each = type.equals("F32") ? 4 : 2;
        Map<String, List<Long>> shapes =
                Architecture.of(config.modelType()).names().tensors(config);
        for (Map.Entry<String, List<Long>> tensor : shapes.entrySet()) {
            long bytes = tensor.getValue().stream().reduce(each, (a, b) -> a * b);
            header.append(at == 0 ? "" : ",")
                    .append("\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                            .formatted(tensor.getKey(), type, tensor.getValue(), at, at + bytes));
            at += bytes;
        }
        byte[] text = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        try (RandomAccessFile file =
                new RandomAccessFile(model.resolve("model.safetensors").toFile(), "rw")) {
            file.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(text.length)
                    .array());
            file.write(text);
            file.setLength(8 + text.length + at);
        }
        return model;
    }

    /** All tokens are equally likely to a model of zeros. */
    private static void assertRuns(Path graph, int vocabulary) {
        try (LanguageModel model = (LanguageModel) new OnnxProvider().open(ModelSpec.of(graph.toString()))) {
            for (float found : model.score(BATCH, Set.of(Output.LOG_PROB)).logProbs()[0]) {
                assertEquals(-Math.log(vocabulary), found, 1e-4);
            }
        }
    }

    @Test
    void weightsLieBesideAboveALimit() throws IOException {
        Path model = zeros(29, 8);
        Path reference = directory.resolve("reference");
        OnnxExport.write(model, reference, OPTIONS.beside());
        long weights = 0;
        Path within = directory.resolve("within");
        Path above = directory.resolve("above");
        // Weights and tables: what the file beside has, less the padding between them, is no more than this.
        long upper =
                Files.size(reference.resolve(OnnxExport.WEIGHTS)) + Files.size(reference.resolve(OnnxExport.GRAPH));
        for (long low = 0, high = upper; low < high; ) {
            long middle = (low + high) / 2;
            Path tried = directory.resolve("tried-" + middle);
            OnnxExport.write(model, tried, OPTIONS, middle);
            boolean beside = Files.exists(tried.resolve(OnnxExport.WEIGHTS));
            low = beside ? middle + 1 : low;
            high = beside ? high : middle;
            weights = high;
        }
        OnnxExport.write(model, within, OPTIONS, weights);
        OnnxExport.write(model, above, OPTIONS, weights - 1);
        assertTrue(!Files.exists(within.resolve(OnnxExport.WEIGHTS)));
        assertTrue(Files.size(within.resolve(OnnxExport.GRAPH)) > weights);
        assertTrue(Files.size(above.resolve(OnnxExport.WEIGHTS)) > weights / 2);
        assertTrue(Files.size(above.resolve(OnnxExport.GRAPH)) < Files.size(within.resolve(OnnxExport.GRAPH)));
        assertRuns(within, 29);
        assertRuns(above, 29);
    }

    /** More than protobuf holds. */
    @Test
    @Tag("slow")
    void weightsOfMoreThanTwoGigabytesLieBeside() throws IOException {
        Path model = zeros(270_000, 1024);
        Path graph = directory.resolve("graph");
        OnnxExport.write(model, graph, OPTIONS);
        assertTrue(Files.size(graph.resolve(OnnxExport.WEIGHTS)) > OnnxFiles.LARGEST_WITHIN);
        assertTrue(Files.size(graph.resolve(OnnxExport.WEIGHTS)) > 1L << 31);
        assertTrue(Files.size(graph.resolve(OnnxExport.GRAPH)) < 1 << 20);
        assertRuns(graph, 270_000);
    }

    /** One matrix that is longer alone, of a file that holds it in fewer bytes, as the large vocabularies of published models do. */
    @Test
    @Tag("slow")
    void oneTensorOfMoreThanTwoGigabytesLiesBeside() throws IOException {
        Path model = zeros(540_000, 1024, "BF16", true);
        Path graph = directory.resolve("graph");
        OnnxExport.write(model, graph, OPTIONS);
        assertTrue(Files.size(graph.resolve(OnnxExport.WEIGHTS)) > 540_000L * 1024 * 4);
        assertTrue(Files.size(graph.resolve(OnnxExport.GRAPH)) < 1 << 20);
        assertRuns(graph, 540_000);
    }

    /** What no mapping holds is refused by name, and nothing is left behind. */
    @Test
    void oneTensorOfMoreThanTwoGigabytesOnTheDiskIsRefused() throws IOException {
        Path model = zeros(540_000, 1024, "F32", true);
        Path graph = directory.resolve("graph");
        CheckpointException refused =
                assertThrows(CheckpointException.class, () -> OnnxExport.write(model, graph, OPTIONS));
        String said = String.valueOf(refused.getMessage());
        assertTrue(said.contains("model.embed_tokens.weight"), said);
        assertTrue(said.contains("2211840000 bytes"), said);
        assertTrue(Files.notExists(graph));
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(model), left.toList());
        }
    }
}
