package dev.reft.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.reft.onnx.graph.Attribute;
import dev.reft.onnx.graph.Dimension;
import dev.reft.onnx.graph.ElementType;
import dev.reft.onnx.graph.OnnxFiles;
import dev.reft.onnx.graph.OnnxGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Takes rows out of caches and joins them, as graphs of its own: so the caches stay in the runtime's memory. */
final class Rearrangement implements AutoCloseable {
    private final OrtSession take;
    private final OrtSession join;

    Rearrangement() {
        take = Engine.open(OnnxFiles.toBytes(takeGraph()));
        try {
            join = Engine.open(OnnxFiles.toBytes(joinGraph()));
        } catch (RuntimeException | Error e) {
            Engine.close(take);
            throw e;
        }
    }

    private static Dimension[] shape(String prefix) {
        return new Dimension[] {
            Dimension.of(prefix + "rows"), Dimension.of("heads"), Dimension.of(prefix + "slots"), Dimension.of("width")
        };
    }

    /** Rows, in an order and as often as wanted, without their first slots. */
    private static OnnxGraph takeGraph() {
        OnnxGraph graph = new OnnxGraph("take");
        String from = graph.input("from", ElementType.FLOAT, shape(""));
        String rows = graph.input("rows", ElementType.INT64, Dimension.of("taken"));
        String start = graph.input("start", ElementType.INT64, Dimension.of(1));
        String taken = graph.node("Gather", List.of(from, rows), Attribute.of("axis", 0));
        String cut = graph.node("Slice", taken, start, graph.vector(Long.MAX_VALUE), graph.vector(2));
        graph.output("to", cut, ElementType.FLOAT, shape("taken_"));
        return graph;
    }

    /** Two lots of rows, each after as much padding as wanted. */
    private static OnnxGraph joinGraph() {
        OnnxGraph graph = new OnnxGraph("join");
        String first = padded(graph, "first");
        String second = padded(graph, "second");
        String joined = graph.node("Concat", List.of(first, second), Attribute.of("axis", 0));
        graph.output("to", joined, ElementType.FLOAT, shape("joined_"));
        return graph;
    }

    private static String padded(OnnxGraph graph, String name) {
        String from = graph.input(name, ElementType.FLOAT, shape(name + "_"));
        String padding = graph.input(name + "_padding", ElementType.INT64, Dimension.of(8));
        return graph.node("Pad", from, padding);
    }

    /**
     * Takes rows of a cache.
     *
     * @param cache stays its owner's
     * @param rows which, possibly several times
     * @return a new cache
     */
    Cache take(Cache cache, int[] rows) throws OrtException {
        int[] starts = Arrays.stream(rows).map(row -> cache.starts()[row]).toArray();
        int first = Arrays.stream(starts).min().orElse(0);
        Scope owner = new Scope();
        try (Scope scope = new Scope()) {
            OnnxTensor which = scope.longs(Arrays.stream(rows).asLongStream().toArray(), rows.length);
            OnnxTensor start = scope.longs(new long[] {first}, 1);
            List<OnnxTensor> taken = new ArrayList<>();
            for (OnnxTensor from : cache.tensors()) {
                taken.add(only(owner.own(take.run(Map.of("from", from, "rows", which, "start", start)))));
            }
            return new Cache(taken, Arrays.stream(starts).map(s -> s - first).toArray(), cache.slots() - first, owner);
        } catch (OrtException | RuntimeException | Error e) {
            owner.close();
            throw e;
        }
    }

    /**
     * Joins the rows of two caches, which stay their owners'.
     *
     * @return a new cache
     */
    Cache join(Cache a, Cache b) throws OrtException {
        int slots = Math.max(a.slots(), b.slots());
        Scope owner = new Scope();
        try (Scope scope = new Scope()) {
            OnnxTensor firstPadding = padding(scope, slots - a.slots());
            OnnxTensor secondPadding = padding(scope, slots - b.slots());
            List<OnnxTensor> joined = new ArrayList<>();
            for (int i = 0; i < a.tensors().size(); i++) {
                Map<String, OnnxTensor> inputs = Map.of(
                        "first",
                        a.tensors().get(i),
                        "first_padding",
                        firstPadding,
                        "second",
                        b.tensors().get(i),
                        "second_padding",
                        secondPadding);
                joined.add(only(owner.own(join.run(inputs))));
            }
            int[] starts = Arrays.copyOf(a.starts(), a.rows() + b.rows());
            System.arraycopy(b.starts(), 0, starts, a.rows(), b.rows());
            for (int i = 0; i < starts.length; i++) {
                starts[i] += slots - (i < a.rows() ? a.slots() : b.slots());
            }
            return new Cache(joined, starts, slots, owner);
        } catch (OrtException | RuntimeException | Error e) {
            owner.close();
            throw e;
        }
    }

    /** So many zeros before the slots of each row. */
    private static OnnxTensor padding(Scope scope, int slots) throws OrtException {
        return scope.longs(new long[] {0, 0, slots, 0, 0, 0, 0, 0}, 8);
    }

    private static OnnxTensor only(OrtSession.Result result) {
        return (OnnxTensor) result.get(0);
    }

    @Override
    public void close() {
        Engine.close(take);
        Engine.close(join);
    }
}
