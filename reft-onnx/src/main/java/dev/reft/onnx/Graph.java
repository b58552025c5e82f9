package dev.reft.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.reft.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An open graph of a decoder under the names that exporters give: which inputs it takes, which outputs it has, and how its
 * cache is shaped.
 */
final class Graph implements AutoCloseable {
    static final String IDS = "input_ids";
    static final String MASK = "attention_mask";
    static final String POSITIONS = "position_ids";
    static final String LOGITS = "logits";
    static final String VALUES = "values";
    /** Heads, and numbers of a head: far above any model's. */
    private static final long MOST = 1 << 16;

    private static final Pattern PAST = Pattern.compile("past_key_values\\.(\\d{1,5})\\.(key|value)");

    private final Path file;
    private final String device;
    private final OptionalInt threads;
    private final OrtSession session;
    private final Map<String, NodeInfo> inputs;
    private final Map<String, NodeInfo> outputs;
    private final List<Layer> cache = new ArrayList<>();

    /**
     * Keys or values of a block's earlier tokens, [batch, heads, tokens, width].
     *
     * @param past the input
     * @param present the output with the new tokens behind
     * @param heads key heads
     * @param width of a head
     */
    record Layer(String past, String present, long heads, long width) {}

    private Graph(Path file, String device, OptionalInt threads, OrtSession session) throws OrtException {
        this.file = file;
        this.device = device;
        this.threads = threads;
        this.session = session;
        this.inputs = session.getInputInfo();
        this.outputs = session.getOutputInfo();
    }

    /**
     * Opens a graph.
     *
     * @throws CheckpointException if it is no graph of a decoder; the message names file and input or output
     */
    static Graph open(Path file, String device, OptionalInt threads) {
        OrtSession session = Engine.open(file, device, threads);
        try {
            Graph graph = Failures.in("reading " + file, () -> new Graph(file, device, threads, session));
            graph.check();
            return graph;
        } catch (RuntimeException | Error e) {
            Engine.close(session);
            throw e;
        }
    }

    /**
     * Opens another graph of the same model as this one is opened.
     *
     * @throws CheckpointException as {@link #open}, or if its outputs, its vocabulary or its cache are others
     */
    Graph another(Path other) {
        Graph graph = open(other, device, threads);
        boolean same = graph.gives(LOGITS) == gives(LOGITS)
                && graph.gives(VALUES) == gives(VALUES)
                && graph.vocabulary().equals(vocabulary())
                && graph.cache.equals(cache);
        if (!same) {
            graph.close();
            throw new CheckpointException(
                    other,
                    "graph",
                    "is of another model: it gives " + graph.outputs.keySet() + " with a vocabulary of "
                            + graph.vocabulary() + ", the open one " + outputs.keySet() + " with " + vocabulary()
                            + ", or its cache has another shape");
        }
        return graph;
    }

    private void check() {
        require(IDS, OnnxJavaType.INT64);
        require(MASK, OnnxJavaType.INT64);
        for (String name : inputs.keySet()) {
            Matcher past = PAST.matcher(name);
            if (name.equals(IDS) || name.equals(MASK)) {
                continue;
            }
            if (name.equals(POSITIONS)) {
                require(POSITIONS, OnnxJavaType.INT64);
            } else if (past.matches()) {
                cache.add(layer(name, "present." + past.group(1) + "." + past.group(2)));
            } else {
                throw wrong("input '" + name + "'", "is not known here");
            }
        }
        if (!cache.isEmpty() && !inputs.containsKey(POSITIONS)) {
            throw wrong(
                    "input '" + POSITIONS + "'",
                    "is missing: rows of different lengths share a pass, so a graph with a cache must be told positions");
        }
        if (!outputs.containsKey(LOGITS) && !outputs.containsKey(VALUES)) {
            throw wrong(
                    "output '" + LOGITS + "'", "is missing, and so is '" + VALUES + "'; there are " + outputs.keySet());
        }
        Stream.of(LOGITS, VALUES)
                .filter(outputs::containsKey)
                .forEach(name -> require(outputs, "output", name, OnnxJavaType.FLOAT));
    }

    private Layer layer(String past, String present) {
        long[] shape = require(past, OnnxJavaType.FLOAT).getShape();
        if (shape.length != 4 || !isSize(shape[1]) || !isSize(shape[3])) {
            throw wrong(
                    "input '" + past + "'",
                    "must have the shape [batch, heads, tokens, width] with fixed heads and width up to " + MOST);
        }
        require(outputs, "output", present, OnnxJavaType.FLOAT);
        return new Layer(past, present, shape[1], shape[3]);
    }

    private static boolean isSize(long dimension) {
        return dimension >= 1 && dimension <= MOST;
    }

    private TensorInfo require(String input, OnnxJavaType type) {
        return require(inputs, "input", input, type);
    }

    private TensorInfo require(Map<String, NodeInfo> nodes, String kind, String name, OnnxJavaType type) {
        NodeInfo node = nodes.get(name);
        if (node == null) {
            throw wrong(kind + " '" + name + "'", "is missing; there are " + nodes.keySet());
        }
        if (!(node.getInfo() instanceof TensorInfo tensor) || tensor.type != type) {
            throw wrong(kind + " '" + name + "'", "must be a tensor of " + type + ", not " + node.getInfo());
        }
        return tensor;
    }

    private CheckpointException wrong(String field, String problem) {
        return new CheckpointException(file, field, problem);
    }

    Path file() {
        return file;
    }

    OrtSession session() {
        return session;
    }

    boolean takes(String input) {
        return inputs.containsKey(input);
    }

    boolean gives(String output) {
        return outputs.containsKey(output);
    }

    /** The cache, keys and values of each block; empty if the graph has none. */
    List<Layer> cache() {
        return cache;
    }

    /** Bytes of the cache that a token of a row takes. */
    long cacheBytesPerToken() {
        return cache.stream()
                .mapToLong(layer -> layer.heads() * layer.width() * Float.BYTES)
                .sum();
    }

    /** The last dimension of the logits, if it is fixed. */
    OptionalInt vocabulary() {
        if (!gives(LOGITS)) {
            return OptionalInt.empty();
        }
        long[] shape = require(outputs, "output", LOGITS, OnnxJavaType.FLOAT).getShape();
        long last = shape.length == 0 ? -1 : shape[shape.length - 1];
        return last > 0 && last <= Integer.MAX_VALUE ? OptionalInt.of((int) last) : OptionalInt.empty();
    }

    /** The outputs with the cache after a pass. */
    Set<String> presents() {
        return Set.copyOf(cache.stream().map(Layer::present).toList());
    }

    @Override
    public void close() {
        Engine.close(session);
    }
}
