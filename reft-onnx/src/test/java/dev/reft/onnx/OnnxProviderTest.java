package dev.reft.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.generation.Completion;
import dev.reft.generation.Constraint;
import dev.reft.generation.GenerationRequest;
import dev.reft.generation.Sampling;
import dev.reft.model.LanguageModel;
import dev.reft.model.Model;
import dev.reft.model.ModelInfo;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Output;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.model.Row;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import dev.reft.onnx.export.OnnxExport;
import dev.reft.onnx.export.OnnxExportOptions;
import dev.reft.onnx.graph.Attribute;
import dev.reft.onnx.graph.Dimension;
import dev.reft.onnx.graph.ElementType;
import dev.reft.onnx.graph.OnnxFiles;
import dev.reft.onnx.graph.OnnxGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxProviderTest {
    private static final OnnxExportOptions ALL = new OnnxExportOptions(true, true, true, false);
    private static final Set<Output> OUTPUTS = Set.of(Output.values());

    @TempDir
    static Path directory;

    private final OnnxProvider provider = new OnnxProvider();

    private static Path graph() {
        return TinyGraph.graph(TinyGraph.llama(directory.resolve("llama"), "null"), ALL);
    }

    private static TokenBatch batch() {
        Random random = new Random(3);
        return TokenBatch.of(IntStream.of(5, 23, 11, 12)
                .mapToObj(length -> Row.of(
                        random.ints(2, 0, 29).toArray(),
                        random.ints(length - 2, 0, 29).toArray()))
                .toList());
    }

    private static GenerationRequest request(String id, int length, long... seeds) {
        int[] prompt = new Random(length).ints(length, 0, 29).toArray();
        return new GenerationRequest(id, prompt, seeds, Sampling.at(1), 9, List.of(), Constraint.NONE);
    }

    private static void assertClose(TokenScores expected, TokenScores found) {
        for (Map.Entry<Output, float[][]> channel : expected.channels().entrySet()) {
            for (int i = 0; i < channel.getValue().length; i++) {
                assertArrayEquals(
                        channel.getValue()[i], found.channels().get(channel.getKey())[i], 1e-5f, channel.getKey() + "");
            }
        }
    }

    /** A row longer than a pass is read piece by piece, and so is a prompt. */
    @Test
    void longRowsAreReadInPieces() {
        try (LanguageModel whole = (LanguageModel) provider.open(Golden.spec(graph()));
                Graph graph = Graph.open(graph().resolve("model.onnx"), "cpu", OptionalInt.of(1))) {
            ModelInfo info = new ModelInfo("pieces", 29, 64, 4, OUTPUTS, 1e-4);
            GeneratingModel pieces = new GeneratingModel(graph, info, Optional.empty(), List.of(), false);
            assertClose(whole.score(batch(), OUTPUTS), pieces.score(batch(), OUTPUTS));
            List<GenerationRequest> requests =
                    List.of(request("a", 13, 1, 2), request("b", 4, 3), request("c", 13, 4), request("d", 12, 5));
            List<Completion> expected = whole.generate(requests);
            List<Completion> found = pieces.generate(requests);
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i).tokens(), found.get(i).tokens());
            }
            pieces.rearrangement().close();
        }
    }

    @Test
    void severalModelsAtATime() {
        Path gpt2 = TinyGraph.graph(TinyGraph.gpt2(directory.resolve("gpt2")), ALL);
        try (LanguageModel one = Models.open(Golden.spec(graph()), LanguageModel.class);
                LanguageModel two = Models.open(ModelSpec.of(gpt2.toString()), LanguageModel.class)) {
            TokenScores first = one.score(batch(), OUTPUTS);
            two.generate(List.of(request("r", 5, 1, 2)));
            two.close();
            assertClose(first, one.score(batch(), OUTPUTS));
        }
    }

    /** As it lies on the hub: a graph below, a model type that reft does not know. */
    @Test
    void graphsOfOtherArchitecturesAreRun(@TempDir Path other) throws IOException {
        Files.createDirectory(other.resolve("onnx"));
        Files.copy(graph().resolve("model.onnx"), other.resolve("onnx/model.onnx"));
        Files.writeString(
                other.resolve("config.json"),
                "{\"model_type\": \"novel\", \"max_position_embeddings\": 40, \"eos_token_id\": [5, 9]}");
        try (LanguageModel expected = (LanguageModel) provider.open(Golden.spec(graph()));
                LanguageModel found = (LanguageModel) provider.open(Golden.spec(other))) {
            assertEquals(40, found.info().contextLength());
            assertEquals(29, found.info().vocabularySize());
            assertClose(expected.score(batch(), OUTPUTS), found.score(batch(), OUTPUTS));
        }
        assertEquals(Optional.empty(), provider.refuses(Golden.spec(other.resolve("onnx/model.onnx"))));
    }

    /** New weights come from an export, a graph's directory or an adapter's; own files are deleted when they are not needed. */
    @Test
    void newWeightsTakeThePlaceOfOld(@TempDir Path other) throws IOException {
        Path newer = TinyGraph.llama(other.resolve("newer"), "null", 7);
        Path newerGraph = TinyGraph.graph(newer, ALL);
        try (ScoringModel expected = (ScoringModel) provider.open(Golden.spec(newerGraph));
                GeneratingModel model = (GeneratingModel) provider.open(Golden.spec(graph()))) {
            TokenScores old = model.score(batch(), OUTPUTS);
            model.refresh(newer);
            assertClose(expected.score(batch(), OUTPUTS), model.score(batch(), OUTPUTS));
            Path first = Objects.requireNonNull(model.own());
            assertTrue(Files.exists(first));
            model.refresh(newerGraph);
            assertEquals(null, model.own());
            assertEquals(false, Files.exists(first));
            assertClose(expected.score(batch(), OUTPUTS), model.score(batch(), OUTPUTS));
            model.refresh(directory.resolve("llama"));
            assertClose(old, model.score(batch(), OUTPUTS));
            Path second = Objects.requireNonNull(model.own());
            Path gpt2 = TinyGraph.gpt2(other.resolve("gpt2"));
            assertThrows(CheckpointException.class, () -> model.refresh(gpt2));
            assertClose(old, model.score(batch(), OUTPUTS));
            assertEquals(second, model.own());
            model.close();
            assertEquals(false, Files.exists(second));
        }
    }

    private static void assertRefused(Optional<String> refusal, String... parts) {
        for (String part : parts) {
            assertTrue(refusal.orElse("").contains(part), () -> refusal + " does not name " + part);
        }
    }

    @Test
    void whatCannotBeOpenedIsRefused(@TempDir Path other) throws IOException {
        Path graph = graph();
        assertRefused(provider.refuses(ModelSpec.of(other.resolve("nothing").toString())), "nothing", "not there");
        assertRefused(provider.refuses(ModelSpec.of(other.toString())), "model.onnx", "not there");
        Files.copy(graph.resolve("model.onnx"), other.resolve("model.onnx"));
        assertRefused(provider.refuses(ModelSpec.of(other.toString())), "config.json", "not there");
        Files.writeString(other.resolve("config.json"), "{");
        assertRefused(provider.refuses(ModelSpec.of(other.toString())), "config.json");
        String path = graph.toString();
        assertRefused(provider.refuses(new ModelSpec(path, "cpu", Precision.BF16, List.of())), "BF16");
        assertRefused(provider.refuses(new ModelSpec(path, "tpu", Precision.FP32, List.of())), "tpu", "cuda:N");
        assertRefused(
                provider.refuses(new ModelSpec(path, "cuda:0", Precision.FP32, List.of())),
                "cuda:0",
                "onnxruntime_gpu");
        ProviderOption unknown = new ProviderOption() {};
        assertRefused(
                provider.refuses(new ModelSpec(path, "cpu", Precision.FP32, List.of(unknown))), "OnnxProviderTest");
        assertThrows(IllegalArgumentException.class, () -> new Threads(0));
        assertThrows(IllegalArgumentException.class, () -> provider.open(ModelSpec.of(other.toString())));
    }

    private static OnnxGraph foreign(String ids, String extra, String output) {
        OnnxGraph graph = new OnnxGraph("foreign");
        Dimension[] shape = {Dimension.of("batch"), Dimension.of("length")};
        String x = graph.input(ids, ElementType.INT64, shape);
        String mask = graph.input("attention_mask", ElementType.INT64, shape);
        String sum = graph.node("Add", x, mask);
        if (!extra.isEmpty()) {
            sum = graph.node("Add", sum, graph.input(extra, ElementType.INT64, shape));
        }
        String floats = graph.node("Cast", List.of(sum), Attribute.of("to", ElementType.FLOAT.code()));
        graph.output(output, floats, ElementType.FLOAT, shape);
        return graph;
    }

    private void assertMissing(Path other, OnnxGraph graph, String part) throws IOException {
        OnnxFiles.write(graph, other.resolve("model.onnx"));
        ModelSpec spec = Golden.spec(other);
        CheckpointException thrown = assertThrows(CheckpointException.class, () -> {
            try (Model model = provider.open(spec)) {
                assertEquals("", model.info().id());
            }
        });
        String message = String.valueOf(thrown.getMessage());
        assertTrue(message.contains("model.onnx") && message.contains(part), message);
    }

    @Test
    void missingInputsAndOutputsAreNamed(@TempDir Path other) throws IOException {
        Files.copy(graph().resolve("config.json"), other.resolve("config.json"));
        assertMissing(other, foreign("inputs", "", "logits"), "'input_ids'");
        assertMissing(other, foreign("input_ids", "use_cache_branch", "logits"), "'use_cache_branch'");
        assertMissing(other, foreign("input_ids", "", "scores"), "'logits'");
        assertMissing(other, foreign("input_ids", "past_key_values.0.key", "logits"), "'past_key_values.0.key'");
        Files.write(other.resolve("model.onnx"), new byte[] {1, 2, 3});
        assertThrows(CheckpointException.class, () -> provider.open(Golden.spec(other)));
    }

    @Test
    void anExportIsWholeOrNotThere(@TempDir Path other) throws IOException {
        Path model = TinyGraph.llama(other.resolve("model"), "null");
        Files.writeString(
                model.resolve("config.json"),
                Files.readString(model.resolve("config.json")).replace("\"hidden_size\": 16", "\"hidden_size\": 20"));
        Path target = other.resolve("target");
        CheckpointException wrong = assertThrows(CheckpointException.class, () -> OnnxExport.write(model, target, ALL));
        assertTrue(String.valueOf(wrong.getMessage()).contains("model.embed_tokens.weight"), wrong::getMessage);
        assertEquals(false, Files.exists(target));
        assertThrows(IllegalArgumentException.class, () -> OnnxExport.write(graph(), other));
        Files.delete(model.resolve("value_head.safetensors"));
        CheckpointException head = assertThrows(CheckpointException.class, () -> OnnxExport.write(model, target, ALL));
        assertTrue(String.valueOf(head.getMessage()).contains("value_head.safetensors"), head::getMessage);
    }
}
