package dev.reft.onnx;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.tokenizer.HfTokenizer;
import dev.reft.model.Model;
import dev.reft.model.ModelInfo;
import dev.reft.model.ModelProvider;
import dev.reft.model.ModelSpec;
import dev.reft.model.Output;
import dev.reft.model.Precision;
import dev.reft.model.ProviderOption;
import dev.reft.text.Tokenizer;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Opens decoders as ONNX graphs on ONNX Runtime, on the CPU and, with the artifact {@code onnxruntime_gpu} in place of {@code
 * onnxruntime}, on CUDA: those of {@link dev.reft.onnx.export.OnnxExport}, and those of other exporters with the same
 * inputs and outputs. A graph with logits and a cache opens as a {@link dev.reft.model.LanguageModel}, any other as a {@link
 * dev.reft.model.Scorer}. Nothing here trains.
 *
 * <p>A model is a directory with {@code model.onnx} (or {@code onnx/model.onnx}), {@code config.json} and, for texts, {@code
 * tokenizer.json}; or the graph's file in it. Its one option is {@link Threads}. Arithmetic is in the graph's own types, fp32.
 */
public final class OnnxProvider implements ModelProvider {
    /** In fp32 generation and scoring of SmolLM2 differ by less. */
    private static final double TOLERANCE = 2e-4;

    /** What the logits of a pass may take. */
    private static final long LOGIT_BYTES = 1L << 27;

    private static final int MOST_TOKENS = 2048;

    /** A provider; they are all alike. */
    public OnnxProvider() {}

    @Override
    public String name() {
        return "onnx";
    }

    @Override
    public Optional<String> refuses(ModelSpec spec) {
        for (int i = 0; i < spec.options().size(); i++) {
            ProviderOption option = spec.options().get(i);
            if (!(option instanceof Threads)) {
                return Optional.of(
                        "it does not know the option " + option.getClass().getName());
            }
            if (i > 0) {
                return Optional.of("the option Threads is given twice");
            }
        }
        if (spec.precision() != Precision.FP32) {
            return Optional.of("a graph computes in its own types; ask for FP32, not " + spec.precision());
        }
        return GraphFiles.refuses(spec.model()).or(() -> Engine.refuses(spec.device()));
    }

    /**
     * Opens a model.
     *
     * @param spec a model that {@link #refuses} does not refuse
     * @return a {@link dev.reft.model.LanguageModel} or a {@link dev.reft.model.Scorer}; close it
     * @throws IllegalArgumentException if it is refused
     * @throws CheckpointException if the graph is malformed or lacks an input or output; the message names it
     */
    @Override
    public Model open(ModelSpec spec) {
        Optional<String> refusal = refuses(spec);
        if (refusal.isPresent()) {
            throw new IllegalArgumentException("onnx cannot open '" + spec.model() + "': " + refusal.get());
        }
        GraphFiles files = GraphFiles.of(spec.model());
        Graph graph = Graph.open(files.graph(), spec.device(), threads(spec));
        try {
            ModelInfo info = info(files, graph);
            Optional<Tokenizer> tokenizer =
                    files.tokenizer(info.vocabularySize()).map((HfTokenizer t) -> t);
            if (!graph.gives(Graph.LOGITS) || graph.cache().isEmpty()) {
                return new ScoringModel(graph, info, tokenizer);
            }
            boolean cuda = !spec.device().equals("cpu");
            return new GeneratingModel(graph, info, tokenizer, files.endIds(), cuda);
        } catch (RuntimeException | Error e) {
            graph.close();
            throw e;
        }
    }

    private static OptionalInt threads(ModelSpec spec) {
        return spec.options().stream()
                .filter(Threads.class::isInstance)
                .mapToInt(option -> ((Threads) option).count())
                .findFirst();
    }

    private static ModelInfo info(GraphFiles files, Graph graph) {
        OptionalInt fixed = graph.vocabulary();
        int vocabulary = (fixed.isPresent() ? fixed : files.size("vocab_size"))
                .orElseThrow(() -> new CheckpointException(
                        files.directory().resolve("config.json"),
                        "vocab_size",
                        "is missing, and the graph does not tell it"));
        Set<Output> outputs = EnumSet.noneOf(Output.class);
        if (graph.gives(Graph.LOGITS)) {
            outputs.addAll(List.of(Output.LOG_PROB, Output.ENTROPY));
        }
        if (graph.gives(Graph.VALUES)) {
            outputs.addAll(List.of(Output.VALUE, Output.DETACHED_VALUE));
        }
        long tokens = LOGIT_BYTES / ((long) vocabulary * Float.BYTES);
        return new ModelInfo(
                id(files.directory()),
                vocabulary,
                files.contextLength(),
                (int) Math.max(1, Math.min(MOST_TOKENS, tokens)),
                outputs,
                TOLERANCE);
    }

    private static String id(Path directory) {
        Path name = directory.getFileName();
        return name == null ? directory.toString() : name.toString();
    }
}
