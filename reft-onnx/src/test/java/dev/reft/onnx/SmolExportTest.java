package dev.reft.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.LanguageModel;
import dev.reft.model.Output;
import dev.reft.model.TokenScores;
import dev.reft.onnx.export.OnnxExport;
import dev.reft.onnx.export.OnnxExportOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** SmolLM2-135M-Instruct, exported from its GGUF file with the weights beside the graph, against transformers in fp32. */
@Tag("slow")
class SmolExportTest {
    @Test
    void scoresAndGreedyTextsAgree(@TempDir Path directory) throws IOException {
        Path model = Golden.shared("models", "SmolLM2-135M-Instruct");
        JsonNode expected = Golden.json(Golden.shared("golden", "models", "smollm2", "smollm2.json"));
        Path graph = directory.resolve("smollm2");
        OnnxExport.write(model, graph, OnnxExportOptions.of(model).beside());
        try (LanguageModel open = (LanguageModel) new OnnxProvider().open(Golden.spec(graph))) {
            JsonNode rows = expected.get("rows");
            TokenScores scores = open.score(Golden.batch(rows, 1f), Set.of(Output.LOG_PROB, Output.ENTROPY));
            Golden.assertClose(rows, "logp", scores.logProbs(), 1e-4, "SmolLM2");
            Golden.assertClose(rows, "entropy", scores.entropies(), 1e-3, "SmolLM2");
            System.out.println("smollm2 as a graph, rows: " + rows.size() + " of " + rows.size() + " cases");
            greedyTextsAgree(open, expected.get("greedy"));
        }
    }

    private static void greedyTextsAgree(LanguageModel open, JsonNode cases) {
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            int[] prompt = Golden.ints(cases.get(i).get("prompt_ids"));
            int most = cases.get(i).get("continuation").size();
            requests.add(new GenerationRequest(
                    "case " + i, prompt, new long[] {1}, Sampling.GREEDY, most, List.of(), Constraint.NONE));
        }
        List<Completion> found = open.generate(requests);
        int whole = 0;
        for (int i = 0; i < found.size(); i++) {
            int[] wanted = Golden.ints(cases.get(i).get("continuation"));
            int certain = Golden.certain(cases.get(i), wanted.length);
            int[] tokens = found.get(i).tokens();
            assertArrayEquals(Arrays.copyOf(wanted, certain), Arrays.copyOf(tokens, certain), "case " + i);
            whole += certain == wanted.length ? 1 : 0;
            assertEquals(
                    open.tokenizer().decode(Arrays.copyOf(wanted, Math.min(certain, wanted.length))),
                    open.tokenizer().decode(Arrays.copyOf(tokens, certain)),
                    "case " + i);
        }
        System.out.println("smollm2 as a graph, greedy texts: " + whole + " of " + found.size() + " cases");
    }
}
