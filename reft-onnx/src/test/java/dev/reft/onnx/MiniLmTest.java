package dev.reft.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real sentence encoder, all-MiniLM-L6-v2 in 8 bits, as others wrote it: the cosines are those that its authors' documentation
 * prints for the model in full precision (the README of sentence-transformers, "Getting Started"), as near as 8 bits allow.
 */
class MiniLmTest {
    private static final List<String> SENTENCES =
            List.of("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.");

    /** Of the first with the second, the first with the third, the second with the third. */
    private static final double[] COSINES = {0.6660, 0.1046, 0.1411};

    @TempDir
    Path directory;

    private void copy(String resource, String name) throws IOException {
        try (InputStream in = MiniLmTest.class.getResourceAsStream(resource)) {
            Files.copy(Objects.requireNonNull(in, resource), directory.resolve(name));
        }
    }

    @Test
    void cosinesAreTheDocumentedOnes() throws IOException {
        copy("/all-minilm-l6-v2-q.onnx", "model.onnx");
        copy("/all-minilm-l6-v2-q-tokenizer.json", "tokenizer.json");
        Files.writeString(
                directory.resolve("config.json"),
                "{\"model_type\":\"bert\",\"vocab_size\":30522,\"hidden_size\":384,\"max_position_embeddings\":512}");
        Files.writeString(
                directory.resolve("modules.json"),
                "[{\"type\":\"sentence_transformers.models.Transformer\"},"
                        + "{\"type\":\"sentence_transformers.models.Normalize\"}]");
        try (OnnxEmbedder embedder = OnnxEmbedder.open(directory)) {
            assertEquals(384, embedder.dimensions());
            // One at a time: quantised on the fly, a vector depends on the texts that it shares a pass with.
            List<float[]> vectors = SENTENCES.stream()
                    .map(text -> embedder.embed(List.of(text)).get(0))
                    .toList();
            double[] found = {
                dot(vectors.get(0), vectors.get(1)),
                dot(vectors.get(0), vectors.get(2)),
                dot(vectors.get(1), vectors.get(2))
            };
            for (int i = 0; i < 3; i++) {
                assertEquals(1, dot(vectors.get(i), vectors.get(i)), 1e-5);
                assertEquals(COSINES[i], found[i], 0.05, "cosine " + i);
            }
            List<float[]> together = embedder.embed(SENTENCES);
            for (int i = 0; i < 3; i++) {
                assertTrue(dot(vectors.get(i), together.get(i)) > 0.97, "text " + i);
            }
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
