package dev.reft.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.reft.model.EngineException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs a decoder's graph on tokens; keeps one buffer for logits, which every pass overwrites. */
final class Passes {
    private final Graph graph;
    private final int vocabulary;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

    Passes(Graph graph, int vocabulary) {
        this.graph = graph;
        this.vocabulary = vocabulary;
    }

    /**
     * Tokens of some rows, [rows, length], behind those of a cache.
     *
     * @param rows how many
     * @param length tokens of each
     * @param ids token ids
     * @param positions of the tokens in their rows
     * @param mask [rows, slots of the cache + length]: 1 for tokens, 0 for padding
     */
    record Tokens(int rows, int length, long[] ids, long[] positions, long[] mask) {}

    /**
     * What a pass gave.
     *
     * @param logits [rows, length, vocabulary], valid until the next pass; empty if not wanted
     * @param values [rows, length]; empty if not wanted
     * @param cache with the new tokens; null if not wanted
     */
    record Result(
            FloatBuffer logits,
            FloatBuffer values,
            @Nullable Cache cache) {}

    /** What is wanted of a pass. */
    record Wanted(boolean logits, boolean values, boolean cache) {}

    /**
     * Runs a pass.
     *
     * @param past the cache, which stays its owner's; null to begin
     */
    Result run(Tokens tokens, @Nullable Cache past, Wanted wanted) throws OrtException {
        int[] starts = past == null ? new int[tokens.rows()] : past.starts();
        int slots = (past == null ? 0 : past.slots()) + tokens.length();
        try (Scope scope = new Scope()) {
            Map<String, OnnxTensor> inputs = inputs(tokens, past, slots, scope);
            FloatBuffer logits = FloatBuffer.allocate(0);
            Map<String, OnnxTensor> pinned = new HashMap<>();
            Set<String> requested = new HashSet<>();
            if (wanted.logits()) {
                logits = room((long) tokens.rows() * tokens.length());
                pinned.put(Graph.LOGITS, scope.floats(logits, tokens.rows(), tokens.length(), vocabulary));
            }
            if (wanted.values()) {
                requested.add(Graph.VALUES);
            }
            if (wanted.cache()) {
                requested.addAll(graph.presents());
            }
            OrtSession.Result result = graph.session().run(inputs, requested, pinned);
            Scope owner = wanted.cache() ? new Scope() : scope;
            owner.own(result);
            FloatBuffer values =
                    wanted.values() ? tensor(result, Graph.VALUES).getFloatBuffer() : FloatBuffer.allocate(0);
            return new Result(logits, values, wanted.cache() ? cache(result, starts, slots, owner) : null);
        }
    }

    private Map<String, OnnxTensor> inputs(Tokens tokens, @Nullable Cache past, int slots, Scope scope)
            throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        inputs.put(Graph.IDS, scope.longs(tokens.ids(), tokens.rows(), tokens.length()));
        inputs.put(Graph.MASK, scope.longs(tokens.mask(), tokens.rows(), slots));
        if (graph.takes(Graph.POSITIONS)) {
            inputs.put(Graph.POSITIONS, scope.longs(tokens.positions(), tokens.rows(), tokens.length()));
        }
        for (int i = 0; i < graph.cache().size(); i++) {
            Graph.Layer layer = graph.cache().get(i);
            OnnxTensor tensor = past != null
                    ? past.tensors().get(i)
                    : scope.floats(FloatBuffer.allocate(0), tokens.rows(), layer.heads(), 0, layer.width());
            inputs.put(layer.past(), tensor);
        }
        return inputs;
    }

    private Cache cache(OrtSession.Result result, int[] starts, int slots, Scope owner) {
        List<OnnxTensor> tensors = new ArrayList<>();
        for (Graph.Layer layer : graph.cache()) {
            tensors.add(tensor(result, layer.present()));
        }
        return new Cache(tensors, starts, slots, owner);
    }

    private static OnnxTensor tensor(OrtSession.Result result, String name) {
        return (OnnxTensor) result.get(name).orElseThrow();
    }

    /** Room for the logits of so many tokens. */
    private FloatBuffer room(long tokens) {
        long bytes = tokens * vocabulary * Float.BYTES;
        if (bytes > Integer.MAX_VALUE) {
            throw new EngineException(
                    EngineException.Kind.OUT_OF_MEMORY,
                    graph.file() + ": the logits of " + tokens + " tokens take " + bytes
                            + " bytes; only a graph with a cache reads such a row piece by piece",
                    new OutOfMemoryError("logits"));
        }
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
        }
        return buffer.duplicate()
                .order(ByteOrder.nativeOrder())
                .limit((int) bytes)
                .asFloatBuffer();
    }
}
