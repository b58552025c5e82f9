package dev.reft.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.onnx.graph.Attribute;
import dev.reft.onnx.graph.Dimension;
import dev.reft.onnx.graph.ElementType;
import dev.reft.onnx.graph.Initializer;
import dev.reft.onnx.graph.OnnxFiles;
import dev.reft.onnx.graph.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A made-up encoder of 3 dimensions: a token's vector is its embedding plus the mean over the text's tokens. */
class OnnxEmbedderTest {
    /** Of [PAD], [CLS], [SEP], a, b, c. */
    private static final float[][] VECTORS = {{99, 99, 99}, {1, 0, 0}, {0, 1, 0}, {2, -1, 0.5f}, {0, 3, 1}, {-1, -1, 4}
    };

    private static final String TOKENIZER = """
            {"version": "1.0", "added_tokens": [
              {"id": 1, "content": "[CLS]", "special": true, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false},
              {"id": 2, "content": "[SEP]", "special": true, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false}],
             "normalizer": null, "pre_tokenizer": {"type": "Whitespace"},
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                          {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
               "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
               "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
                                  "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}},
             "decoder": null,
             "model": {"type": "WordLevel", "unk_token": "[PAD]",
                       "vocab": {"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "b": 4, "c": 5}}}
            """;

    @TempDir
    Path directory;

    @BeforeEach
    void write() throws IOException {
        OnnxFiles.write(encoder("last_hidden_state"), directory.resolve("model.onnx"));
        Files.writeString(directory.resolve("tokenizer.json"), TOKENIZER);
        Files.writeString(
                directory.resolve("config.json"),
                "{\"model_type\": \"bert\", \"vocab_size\": 6, \"hidden_size\": 3, \"max_position_embeddings\": 6}");
    }

    private static OnnxGraph encoder(String output) {
        OnnxGraph graph = new OnnxGraph("encoder");
        Dimension batch = Dimension.of("batch");
        Dimension length = Dimension.of("length");
        String ids = graph.input("input_ids", ElementType.INT64, batch, length);
        String mask = graph.input("attention_mask", ElementType.INT64, batch, length);
        String types = graph.input("token_type_ids", ElementType.INT64, batch, length);
        float[] flat = new float[18];
        for (int i = 0; i < 18; i++) {
            flat[i] = VECTORS[i / 3][i % 3];
        }
        String table = graph.tensor(Initializer.ofFloats("embeddings", List.of(6L, 3L), flat));
        String kinds = graph.tensor(Initializer.ofFloats("types", List.of(2L, 3L), 0, 0, 0, 7, 7, 7));
        String x = graph.node("Add", graph.node("Gather", table, ids), graph.node("Gather", kinds, types));
        String weights = graph.node(
                "Unsqueeze",
                graph.node("Cast", List.of(mask), Attribute.of("to", ElementType.FLOAT.code())),
                graph.vector(2));
        String sum = graph.node("ReduceSum", graph.node("Mul", x, weights), graph.vector(1));
        String mean = graph.node("Div", sum, graph.node("ReduceSum", weights, graph.vector(1)));
        graph.output(output, graph.node("Add", x, mean), ElementType.FLOAT, batch, length, Dimension.of(3));
        return graph;
    }

    /** Twice the mean of the embeddings, or the first's plus the mean. */
    private static double[] expected(Pooling pooling, int... ids) {
        double[] vector = new double[3];
        for (int d = 0; d < 3; d++) {
            double mean = 0;
            for (int id : ids) {
                mean += VECTORS[id][d] / ids.length;
            }
            vector[d] = mean + (pooling == Pooling.MEAN ? mean : VECTORS[ids[0]][d]);
        }
        return vector;
    }

    private static void assertVector(double[] expected, boolean normalised, float[] found) {
        double length = Math.sqrt(expected[0] * expected[0] + expected[1] * expected[1] + expected[2] * expected[2]);
        for (int d = 0; d < 3; d++) {
            assertEquals(expected[d] / (normalised ? length : 1), found[d], 1e-6);
        }
    }

    @Test
    void poolsTheMeanWithoutPadding() {
        try (OnnxEmbedder embedder = OnnxEmbedder.open(directory)) {
            assertEquals(3, embedder.dimensions());
            List<float[]> vectors = embedder.embed(List.of("a", "a b c", "", "[SEP]"));
            assertVector(expected(Pooling.MEAN, 1, 3, 2), true, vectors.get(0));
            assertVector(expected(Pooling.MEAN, 1, 3, 4, 5, 2), true, vectors.get(1));
            assertVector(expected(Pooling.MEAN, 1, 2), true, vectors.get(2));
            assertArrayEquals(vectors.get(0), embedder.embed(List.of("a")).get(0), 1e-6f);
            assertEquals(List.of(), embedder.embed(List.of()));
        }
    }

    @Test
    void filesSayHow() throws IOException {
        Files.createDirectory(directory.resolve("1_Pooling"));
        Path pooling = directory.resolve("1_Pooling/config.json");
        Files.writeString(pooling, "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}");
        Files.writeString(
                directory.resolve("modules.json"),
                "[{\"idx\": 0, \"type\": \"sentence_transformers.models.Transformer\"}]");
        Files.writeString(directory.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 4}");
        try (OnnxEmbedder embedder = OnnxEmbedder.open(directory)) {
            // four tokens: the last word is cut off, the token after the text is not
            assertVector(
                    expected(Pooling.FIRST, 1, 3, 4, 2),
                    false,
                    embedder.embed(List.of("a b c")).get(0));
        }
        Files.writeString(pooling, "{\"pooling_mode_max_tokens\": true}");
        CheckpointException refused = assertThrows(CheckpointException.class, () -> OnnxEmbedder.open(directory));
        assertTrue(String.valueOf(refused.getMessage()).contains("pooling_mode_max_tokens"), refused::getMessage);
    }

    @Test
    void optionsWin() {
        EmbedderOptions options = new EmbedderOptions(Pooling.FIRST, true, 6, "cpu", OptionalInt.of(1));
        try (OnnxEmbedder embedder = OnnxEmbedder.open(directory, options)) {
            assertVector(
                    expected(Pooling.FIRST, 1, 5, 2),
                    true,
                    embedder.embed(List.of("c")).get(0));
        }
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        OnnxFiles.write(encoder("something"), directory.resolve("model.onnx"));
        CheckpointException output = assertThrows(CheckpointException.class, () -> OnnxEmbedder.open(directory));
        assertTrue(String.valueOf(output.getMessage()).contains("last_hidden_state"), output::getMessage);
        assertTrue(String.valueOf(output.getMessage()).contains("something"), output::getMessage);
        Files.delete(directory.resolve("tokenizer.json"));
        CheckpointException tokenizer = assertThrows(CheckpointException.class, () -> OnnxEmbedder.open(directory));
        assertTrue(String.valueOf(tokenizer.getMessage()).contains("tokenizer.json"), tokenizer::getMessage);
    }

    @Test
    void closingIsFinal() {
        OnnxEmbedder embedder = OnnxEmbedder.open(directory);
        embedder.close();
        embedder.close();
        assertThrows(IllegalStateException.class, () -> embedder.embed(List.of("a")));
    }
}
