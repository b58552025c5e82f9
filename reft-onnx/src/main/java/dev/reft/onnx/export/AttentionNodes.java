package dev.reft.onnx.export;

import dev.reft.checkpoint.AttentionConfig;
import dev.reft.checkpoint.AttentionConfig.QueryKeyNorm;
import dev.reft.checkpoint.DecoderNames;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.onnx.graph.Attribute;
import dev.reft.onnx.graph.Dimension;
import dev.reft.onnx.graph.ElementType;
import dev.reft.onnx.graph.OnnxGraph;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The attention of a decoder's blocks as nodes. B rows, S new tokens each, T tokens with those of the cache, K key heads,
 * G query heads to each, head width D.
 *
 * <p>Which key a query sees is decided by positions, of keys the running count of the attention mask: so padding may stand
 * anywhere, and windows count tokens.
 */
final class AttentionNodes {
    /** Added to the scores of what is not seen: far below any score, and no infinity, so that a row of padding is no NaN. */
    private static final float UNSEEN = -1e30f;

    private final OnnxGraph graph;
    private final Operations operations;
    private final ModelConfig config;
    private final AttentionConfig shape;
    private final boolean cache;
    private final Inputs inputs;
    private final String tokens;
    private final String length;
    private final String total;
    private final Map<Integer, String> masks = new HashMap<>();
    private String cosines = "";
    private String sines = "";

    /** The graph's inputs: ids [B, S], mask [B, T], positions [B, S]. */
    record Inputs(String ids, String mask, String positions) {}

    AttentionNodes(OnnxGraph graph, Operations operations, ModelConfig config, Inputs inputs, boolean cache) {
        this.graph = graph;
        this.operations = operations;
        this.config = config;
        this.shape = config.attention();
        this.cache = cache;
        this.inputs = inputs;
        this.tokens = graph.node("Shape", inputs.ids());
        this.length = graph.node("Shape", List.of(inputs.ids()), Attribute.of("start", 1));
        this.total = graph.node("Shape", List.of(inputs.mask()), Attribute.of("start", 1));
    }

    /** Prepares the rotation of queries and keys. */
    void rotate() {
        RotaryTables tables = new RotaryTables(config);
        String heads = graph.vector(1);
        cosines = graph.node(
                "Unsqueeze", graph.node("Gather", graph.tensor(tables.cosines()), inputs.positions()), heads);
        sines = graph.node("Unsqueeze", graph.node("Gather", graph.tensor(tables.sines()), inputs.positions()), heads);
    }

    /** The shape [B, S] of the ids. */
    String tokens() {
        return tokens;
    }

    /** The attention of a block on x [N, hidden], its output projection included. */
    String attend(int index, String at, DecoderNames.Layer layer, String x) {
        List<String> parts = projected(x, at, layer);
        String queries = heads(normed(parts.get(0), at + layer.queryNorm(), shape.heads()));
        String keys = heads(normed(parts.get(1), at + layer.keyNorm(), shape.keyValueHeads()));
        String values = heads(shaped(parts.get(2), shape.keyValueHeads()));
        String allKeys = cached(index, "key", rotated(keys));
        String allValues = cached(index, "value", values);
        String seen =
                weighed(rotated(queries), allKeys, allValues, shape.windows().get(index));
        String joined = graph.node("Reshape", heads(seen), graph.vector(-1, shape.queryWidth()));
        return operations.linear(
                joined, at + layer.attentionOutput(), shape.queryWidth(), config.hiddenSize(), shape.outputBias());
    }

    private List<String> projected(String x, String at, DecoderNames.Layer layer) {
        long hidden = config.hiddenSize();
        long q = shape.queryWidth();
        long k = shape.keyValueWidth();
        List<String> names = layer.attentionInput();
        if (names.size() == 1) {
            String all = operations.linear(x, at + names.get(0), hidden, q + 2 * k, shape.inputBias());
            return graph.nodes("Split", 3, List.of(all, graph.vector(q, k, k)), Attribute.of("axis", 1));
        }
        return List.of(
                operations.linear(x, at + names.get(0), hidden, q, shape.inputBias()),
                operations.linear(x, at + names.get(1), hidden, k, shape.inputBias()),
                operations.linear(x, at + names.get(2), hidden, k, shape.inputBias()));
    }

    /** Queries or keys [B, S, heads, D], normed as the model does. */
    private String normed(String x, String name, int heads) {
        if (shape.queryKeyNorm() == QueryKeyNorm.NONE) {
            return shaped(x, heads);
        }
        boolean whole =
                switch (shape.queryKeyNorm()) {
                    case WHOLE -> true;
                    case NONE, HEAD -> false;
                };
        long width = whole ? (long) heads * shape.headDim() : shape.headDim();
        String scale = operations.weight(name + ".weight", width);
        double epsilon = config.normEpsilon();
        return whole
                ? shaped(operations.rootMeanSquare(x, scale, epsilon), heads)
                : operations.rootMeanSquare(shaped(x, heads), scale, epsilon);
    }

    /** [N, heads * D] to [B, S, heads, D]. */
    private String shaped(String x, int heads) {
        String to = graph.node("Concat", List.of(tokens, graph.vector(heads, shape.headDim())), axis(0));
        return graph.node("Reshape", x, to);
    }

    /** [B, S, heads, D] to [B, heads, S, D], or back. */
    private String heads(String x) {
        return graph.node("Transpose", List.of(x), Attribute.list("perm", 0, 2, 1, 3));
    }

    private static Attribute axis(long axis) {
        return Attribute.of("axis", axis);
    }

    /** The half-split rotation of [B, heads, S, D]. */
    private String rotated(String x) {
        if (cosines.isEmpty()) {
            return x;
        }
        List<String> halves = graph.nodes("Split", 2, List.of(x), axis(3));
        String first = halves.get(0);
        String second = halves.get(1);
        String low = graph.node("Sub", graph.node("Mul", first, cosines), graph.node("Mul", second, sines));
        String high = graph.node("Add", graph.node("Mul", second, cosines), graph.node("Mul", first, sines));
        return graph.node("Concat", List.of(low, high), axis(3));
    }

    /** Puts keys or values behind those of the cache, and hands both out. */
    private String cached(int index, String which, String fresh) {
        if (!cache) {
            return fresh;
        }
        Dimension batch = Dimension.of("batch_size");
        Dimension heads = Dimension.of(shape.keyValueHeads());
        Dimension width = Dimension.of(shape.headDim());
        String past = graph.input(
                "past_key_values." + index + "." + which,
                ElementType.FLOAT,
                batch,
                heads,
                Dimension.of("past_sequence_length"),
                width);
        String all = graph.node("Concat", List.of(past, fresh), axis(2));
        graph.output(
                "present." + index + "." + which,
                all,
                ElementType.FLOAT,
                batch,
                heads,
                Dimension.of("total_sequence_length"),
                width);
        return all;
    }

    /** Softmax(queries keys' + mask) values: [B, heads, S, D]. The queries of a key head stand in one matrix. */
    private String weighed(String queries, String keys, String values, int window) {
        int group = shape.heads() / shape.keyValueHeads();
        float scale = (float) (1 / Math.sqrt(shape.headDim()));
        String scaled = graph.node("Mul", queries, graph.real(scale));
        String turned = graph.node("Transpose", List.of(keys), Attribute.list("perm", 0, 1, 3, 2));
        if (group == 1) {
            String scores = graph.node("Add", graph.node("MatMul", scaled, turned), mask(window));
            return graph.node("MatMul", graph.node("Softmax", List.of(scores), axis(-1)), values);
        }
        String grouped = graph.node("Reshape", scaled, graph.vector(0, shape.keyValueHeads(), -1, shape.headDim()));
        String scores = graph.node(
                "Reshape",
                graph.node("MatMul", grouped, turned),
                graph.node(
                        "Concat",
                        List.of(graph.vector(0, shape.keyValueHeads(), group), length, graph.vector(-1)),
                        axis(0)));
        String shares = graph.node("Softmax", List.of(graph.node("Add", scores, mask(window))), axis(-1));
        String flat = graph.node(
                "Reshape",
                shares,
                graph.node("Concat", List.of(graph.vector(0, shape.keyValueHeads(), -1), total), axis(0)));
        return graph.node(
                "Reshape",
                graph.node("MatMul", flat, values),
                graph.node(
                        "Concat",
                        List.of(graph.vector(0, shape.heads()), length, graph.vector(shape.headDim())),
                        axis(0)));
    }

    /** What is added to the scores of layers with this window: [B, 1, S, T], or [B, 1, 1, S, T] where heads are grouped. */
    private String mask(int window) {
        return masks.computeIfAbsent(window, this::newMask);
    }

    private String newMask(int window) {
        String counted = graph.node("CumSum", inputs.mask(), graph.integer(1));
        String keys = graph.node("Unsqueeze", graph.node("Sub", counted, graph.integer(1)), graph.vector(1));
        String queries = graph.node("Unsqueeze", inputs.positions(), graph.vector(2));
        String real = graph.node(
                "Unsqueeze",
                graph.node("Cast", List.of(inputs.mask()), Attribute.of("to", ElementType.BOOL.code())),
                graph.vector(1));
        String seen = graph.node("And", graph.node("LessOrEqual", keys, queries), real);
        if (window > 0) {
            String outside = graph.node("Sub", queries, graph.integer(window));
            seen = graph.node("And", seen, graph.node("Greater", keys, outside));
        }
        String added = graph.node("Where", seen, graph.real(0f), graph.real(UNSEEN));
        boolean grouped = shape.heads() > shape.keyValueHeads();
        return graph.node("Unsqueeze", added, grouped ? graph.vector(1, 2) : graph.vector(1));
    }
}
