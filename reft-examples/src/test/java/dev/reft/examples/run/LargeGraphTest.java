package dev.reft.examples.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Model;
import dev.reft.model.ModelSpec;
import dev.reft.model.Output;
import dev.reft.model.Precision;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import dev.reft.onnx.OnnxProvider;
import dev.reft.onnx.export.OnnxExport;
import dev.reft.torch.Exports;
import dev.reft.torch.RandomWeights;
import dev.reft.torch.Threads;
import dev.reft.torch.TorchProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model of 2.2 GiB of random weights in fp32, more than protobuf holds, on ONNX Runtime as on libtorch. Takes 5 GB of disk. */
@Tag("slow")
class LargeGraphTest {
    private static final TokenBatch ROWS = TokenBatch.of(List.of(
            Row.of(new int[] {1, 5000, 77}, new int[] {31_000, 4, 5, 12_345, 8}),
            Row.of(new int[] {9}, new int[] {2})));

    @TempDir
    Path folder;

    @Test
    void numbersAreLibtorchs() throws IOException {
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(config.resolve("config.json"), """
                {"model_type": "llama", "vocab_size": 32000, "hidden_size": 2048, "intermediate_size": 8192,
                 "num_hidden_layers": 8, "num_attention_heads": 16, "max_position_embeddings": 64,
                 "initializer_range": 0.02, "tie_word_embeddings": true, "eos_token_id": null}
                """);
        Path model = folder.resolve("model");
        float[][] expected;
        try (Model random = new TorchProvider()
                .open(new ModelSpec(
                        config.toString(), "cpu", Precision.FP32, List.of(new RandomWeights(1), new Threads(1))))) {
            expected = score(random);
            Exports.merged(random, model);
        }
        Path graph = folder.resolve("graph");
        OnnxExport.write(model, graph);
        long weights = Files.size(graph.resolve(OnnxExport.WEIGHTS));
        long file = Files.size(graph.resolve(OnnxExport.GRAPH));
        assertTrue(weights > 1L << 31, weights + " bytes of weights");
        assertTrue(file < 1 << 20, file + " bytes of the graph");
        float[][] found;
        try (Model opened = new OnnxProvider()
                .open(new ModelSpec(graph.toString(), "cpu", Precision.FP32, List.of(new dev.reft.onnx.Threads(1))))) {
            found = score(opened);
        }
        double largest = 0;
        for (int i = 0; i < found.length; i++) {
            for (int t = 0; t < found[i].length; t++) {
                largest = Math.max(largest, Math.abs(found[i][t] - expected[i][t]));
            }
            assertArrayEquals(expected[i], found[i], 1e-4f);
        }
        Logger.getLogger(LargeGraphTest.class.getName())
                .info("graph " + file + " bytes, weights " + weights + " bytes, largest difference " + largest);
    }

    private static float[][] score(Model model) {
        return ((Scorer) model).score(ROWS, Set.of(Output.LOG_PROB)).logProbs();
    }
}
