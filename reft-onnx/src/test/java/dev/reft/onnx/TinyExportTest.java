package dev.reft.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.LanguageModel;
import dev.reft.model.Output;
import dev.reft.model.Scorer;
import dev.reft.model.TokenScores;
import dev.reft.onnx.export.OnnxExport;
import dev.reft.onnx.export.OnnxExportOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** The tiny models as graphs, against transformers in double precision. */
class TinyExportTest {
    private static final Tally ROWS = new Tally("tiny as graphs, rows");
    private static final Tally REWARDS = new Tally("tiny as reward models, rows");
    private static final Tally GREEDY = new Tally("tiny as graphs, greedy rows");

    @TempDir
    Path directory;

    @AfterAll
    static void tell() {
        ROWS.print();
        REWARDS.print();
        GREEDY.print();
    }

    static List<Path> models() {
        return Golden.tinyModels();
    }

    private Path exported(Path model, JsonNode expected) throws IOException {
        int width = expected.get("value_head").get("width").asInt();
        Path source = Golden.withValueHead(model, width, directory.resolve("source"));
        Path target = directory.resolve("graph");
        OnnxExport.write(source, target);
        return target;
    }

    @ParameterizedTest
    @MethodSource("models")
    void scoresAgree(Path model) throws IOException {
        JsonNode expected = Golden.json(model.resolve("expected.json"));
        JsonNode rows = expected.get("rows");
        String name = String.valueOf(model.getFileName());
        Path graph = exported(model, expected);
        ROWS.expect(rows.size());
        try (LanguageModel open = (LanguageModel) new OnnxProvider().open(Golden.spec(graph))) {
            TokenScores scores = open.score(Golden.batch(rows, 1f), Set.of(Output.values()));
            Golden.assertClose(rows, "logp", scores.logProbs(), 1e-4, name);
            Golden.assertClose(rows, "entropy", scores.entropies(), 1e-4, name);
            Golden.assertClose(rows, "value", scores.values(), 1e-4, name);
            TokenScores warm = open.score(Golden.batch(rows, 0.7f), Set.of(Output.LOG_PROB, Output.ENTROPY));
            Golden.assertClose(rows, "logp_t0.7", warm.logProbs(), 1e-4, name);
            Golden.assertClose(rows, "entropy_t0.7", warm.entropies(), 1e-4, name);
        }
        ROWS.add(rows.size());
    }

    /** Values alone, without cache, the weights beside. */
    @ParameterizedTest
    @MethodSource("models")
    void rewardModelsAgree(Path model) throws IOException {
        JsonNode expected = Golden.json(model.resolve("expected.json"));
        JsonNode rows = expected.get("rows");
        Path source = Golden.withValueHead(
                model, expected.get("value_head").get("width").asInt(), directory.resolve("source"));
        Path target = directory.resolve("graph");
        REWARDS.expect(rows.size());
        OnnxExport.write(source, target, OnnxExportOptions.rewardModel().beside());
        try (Scorer open = (Scorer) new OnnxProvider().open(Golden.spec(target))) {
            assertEquals(
                    Set.of(Output.VALUE, Output.DETACHED_VALUE), open.info().outputs());
            assertEquals(false, open instanceof LanguageModel);
            TokenScores scores = open.score(Golden.batch(rows, 1f), Set.of(Output.VALUE));
            Golden.assertClose(rows, "value", scores.values(), 1e-4, model + "");
        }
        REWARDS.add(rows.size());
    }

    @ParameterizedTest
    @MethodSource("models")
    void greedyContinuationsAgree(Path model) throws IOException {
        JsonNode expected = Golden.json(model.resolve("expected.json"));
        JsonNode cases = expected.get("greedy");
        Path graph = exported(model, expected);
        try (LanguageModel open = (LanguageModel) new OnnxProvider().open(Golden.spec(graph))) {
            GREEDY.expect(cases.size());
            List<GenerationRequest> requests = new ArrayList<>();
            for (int i = 0; i < cases.size(); i++) {
                int[] prompt = Golden.ints(cases.get(i).get("prompt"));
                requests.add(new GenerationRequest(
                        "case " + i, prompt, new long[] {1}, Sampling.GREEDY, 24, List.of(), Constraint.NONE));
            }
            List<Completion> found = open.generate(requests);
            for (int i = 0; i < found.size(); i++) {
                String name = model.getFileName() + ", case " + i;
                int[] wanted = Golden.ints(cases.get(i).get("continuation"));
                int certain = Golden.certain(cases.get(i), wanted.length);
                int[] tokens = found.get(i).tokens();
                assertArrayEquals(
                        Arrays.copyOf(wanted, certain), Arrays.copyOf(tokens, Math.min(certain, tokens.length)), name);
                if (certain == wanted.length) {
                    assertEquals(wanted.length, tokens.length, name);
                    GREEDY.add(1);
                }
            }
        }
    }
}
