package dev.reft.onnx.export;

import dev.reft.checkpoint.Architecture;
import dev.reft.checkpoint.Checkpoint;
import dev.reft.checkpoint.DecoderNames;
import dev.reft.checkpoint.FeedForwardConfig;
import dev.reft.checkpoint.LearnedPositions;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.checkpoint.NormConfig;
import dev.reft.checkpoint.Rope;
import dev.reft.checkpoint.TensorSource;
import dev.reft.onnx.graph.Attribute;
import dev.reft.onnx.graph.Dimension;
import dev.reft.onnx.graph.ElementType;
import dev.reft.onnx.graph.OnnxGraph;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A decoder as a graph: embedding, blocks, last norm, heads. What it has beyond that or lacks, its configuration says. */
final class DecoderGraph {
    private static final String HEAD_WEIGHT = "value_head.weight";
    private static final String HEAD_BIAS = "value_head.bias";
    private static final Dimension BATCH = Dimension.of("batch_size");
    private static final Dimension LENGTH = Dimension.of("sequence_length");
    private static final Dimension TOTAL = Dimension.of("total_sequence_length");

    private final ModelConfig config;
    private final DecoderNames names;
    private final OnnxExportOptions options;
    private final @Nullable TensorSource valueHead;
    private final OnnxGraph graph = new OnnxGraph("decoder");
    private final Operations operations;
    private final String ids;
    private final String positions;
    private final AttentionNodes attention;

    private DecoderGraph(
            Checkpoint checkpoint,
            Optional<AddedAdapter> adapter,
            @Nullable TensorSource valueHead,
            OnnxExportOptions options) {
        this.config = checkpoint.config();
        this.names = Architecture.of(config.modelType()).names();
        this.options = options;
        this.valueHead = valueHead;
        Weights weights = new Weights(checkpoint, names.base(), names.embedding() + ".weight", adapter);
        this.operations = new Operations(graph, weights, names.transposed());
        this.ids = graph.input("input_ids", ElementType.INT64, BATCH, LENGTH);
        String mask = graph.input("attention_mask", ElementType.INT64, BATCH, TOTAL);
        this.positions = graph.input("position_ids", ElementType.INT64, BATCH, LENGTH);
        AttentionNodes.Inputs inputs = new AttentionNodes.Inputs(ids, mask, positions);
        this.attention = new AttentionNodes(graph, operations, config, inputs, options.cache());
    }

    /**
     * A model's graph.
     *
     * @param checkpoint its weights, read when the graph is written
     * @param adapter that is added to them
     * @param valueHead weight [1, width] and bias [1] of the value head; null if none is wanted
     */
    static OnnxGraph of(
            Checkpoint checkpoint,
            Optional<AddedAdapter> adapter,
            @Nullable TensorSource valueHead,
            OnnxExportOptions options) {
        return new DecoderGraph(checkpoint, adapter, valueHead, options).build();
    }

    private OnnxGraph build() {
        long hidden = config.hiddenSize();
        long width = config.embeddingSize();
        String embedding = operations.weight(base(names.embedding()), config.vocabularySize(), width);
        String x = graph.node("Gather", embedding, graph.node("Reshape", ids, graph.vector(-1)));
        if (width != hidden) {
            x = operations.product(x, operations.weight(base(names.projectIn()), hidden, width));
        }
        x = placed(x);
        for (int i = 0; i < config.layers(); i++) {
            x = block(i, x);
        }
        if (config.norm().last()) {
            x = operations.norm(x, config.norm(), names.base() + names.last(), hidden);
        }
        if (width != hidden) {
            x = operations.product(x, operations.weight(base(names.projectOut()), width, hidden));
        }
        heads(x, embedding, width);
        return graph;
    }

    private String base(String module) {
        return names.base() + module + ".weight";
    }

    /** Tells positions apart: by rotation later, or by adding their embeddings now. */
    private String placed(String x) {
        if (config.positions() instanceof Rope) {
            attention.rotate();
            return x;
        }
        if (!(config.positions() instanceof LearnedPositions learned)) {
            throw new IllegalArgumentException(
                    "a " + config.modelType() + " has " + config.positions() + ", which is not exported");
        }
        String table = operations.weight(base(names.positions()), config.positionRows(), config.hiddenSize());
        String flat = graph.node("Reshape", positions, graph.vector(-1));
        String rows = graph.node("Add", flat, graph.integer(learned.offset()));
        return graph.node("Add", x, graph.node("Gather", table, rows));
    }

    private String block(int index, String x) {
        String at = names.layer(index);
        DecoderNames.Layer layer = names.layer();
        String middle = branch(x, at + layer.attentionNorm(), in -> attention.attend(index, at, layer, in));
        return branch(middle, at + layer.feedForwardNorm(), in -> feedForward(in, at, layer));
    }

    private String branch(String x, String name, UnaryOperator<String> f) {
        NormConfig norm = config.norm();
        UnaryOperator<String> normed = in -> operations.norm(in, norm, name, config.hiddenSize());
        return switch (norm.placement()) {
            case BEFORE -> graph.node("Add", x, f.apply(normed.apply(x)));
            case AFTER_SUM -> normed.apply(graph.node("Add", x, f.apply(x)));
            case AFTER_BRANCH -> graph.node("Add", x, normed.apply(f.apply(x)));
        };
    }

    private String feedForward(String x, String at, DecoderNames.Layer layer) {
        FeedForwardConfig shape = config.feedForward();
        List<String> inputs = layer.feedForwardInput();
        String first = operations.linear(x, at + inputs.get(0), config.hiddenSize(), shape.size(), shape.bias());
        String inner = operations.activated(first, shape.activation());
        if (shape.gated()) {
            String up = operations.linear(x, at + inputs.get(1), config.hiddenSize(), shape.size(), shape.bias());
            inner = graph.node("Mul", inner, up);
        }
        return operations.linear(
                inner, at + layer.feedForwardOutput(), shape.size(), config.hiddenSize(), shape.bias());
    }

    private void heads(String x, String embedding, long width) {
        long vocabulary = config.vocabularySize();
        if (options.logits()) {
            String head = config.tiedEmbeddings()
                    ? embedding
                    : operations.weight(names.head() + ".weight", vocabulary, width);
            String to = graph.node(
                    "Concat", List.of(attention.tokens(), graph.vector(vocabulary)), Attribute.of("axis", 0));
            String logits = graph.node("Reshape", operations.product(x, head), to);
            graph.output("logits", logits, ElementType.FLOAT, BATCH, LENGTH, Dimension.of(vocabulary));
        }
        if (valueHead != null) {
            Weights own = new Weights(valueHead, "", HEAD_WEIGHT, Optional.empty());
            String weight = graph.tensor(own.of(HEAD_WEIGHT, List.of(1L, width)));
            String bias = graph.tensor(own.of(HEAD_BIAS, List.of(1L)));
            String values = graph.node("Reshape", operations.product(x, weight, bias, true), attention.tokens());
            graph.output("values", values, ElementType.FLOAT, BATCH, LENGTH);
        }
    }
}
