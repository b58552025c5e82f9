package dev.reft.onnx.export;

import dev.reft.checkpoint.Activation;
import dev.reft.checkpoint.NormConfig;
import dev.reft.onnx.graph.Attribute;
import dev.reft.onnx.graph.Initializer;
import dev.reft.onnx.graph.OnnxGraph;
import java.util.Arrays;
import java.util.List;

/** The layers of a decoder as nodes of a graph. Tokens of all rows lie one below the other: [N, width]. */
final class Operations {
    private final OnnxGraph graph;
    private final Weights weights;
    private final boolean transposed;

    /**
     * Over a model's tensors.
     *
     * @param transposed whether the matrices of linear layers are stored with the input first
     */
    Operations(OnnxGraph graph, Weights weights, boolean transposed) {
        this.graph = graph;
        this.weights = weights;
        this.transposed = transposed;
    }

    /** Adds a tensor of the model. */
    String weight(String name, long... shape) {
        Initializer tensor = weights.of(name, Arrays.stream(shape).boxed().toList());
        return graph.tensor(tensor);
    }

    /** A linear layer of a block. */
    String linear(String x, String name, long in, long out, boolean biased) {
        String matrix = transposed ? weight(name + ".weight", in, out) : weight(name + ".weight", out, in);
        String bias = biased ? weight(name + ".bias", out) : "";
        return product(x, matrix, bias, !transposed);
    }

    /** A matrix that is stored with the output first wherever it stands: the head, the projections of the embedding. */
    String product(String x, String matrix) {
        return product(x, matrix, "", true);
    }

    /** x W' + b, or x W + b; an empty bias is none. */
    String product(String x, String matrix, String bias, boolean outputFirst) {
        List<String> from = bias.isEmpty() ? List.of(x, matrix) : List.of(x, matrix, bias);
        return graph.node("Gemm", from, Attribute.of("transB", outputFirst ? 1 : 0));
    }

    /** A norm of the model over the last dimension. */
    String norm(String x, NormConfig norm, String name, long width) {
        String scale = weight(name + ".weight", width);
        return switch (norm.kind()) {
            case RMS -> rootMeanSquare(x, scale, norm.epsilon());
            case LAYER ->
                graph.node(
                        "LayerNormalization",
                        List.of(x, scale, weight(name + ".bias", width)),
                        Attribute.of("axis", -1),
                        Attribute.of("epsilon", (float) norm.epsilon()));
        };
    }

    /** The nodes in the form that ONNX Runtime recognises and computes as one. */
    String rootMeanSquare(String x, String scale, double epsilon) {
        String squares = graph.node("Pow", x, graph.real(2f));
        String mean =
                graph.node("ReduceMean", List.of(squares), Attribute.list("axes", -1), Attribute.of("keepdims", 1));
        String root = graph.node("Sqrt", graph.node("Add", mean, graph.real((float) epsilon)));
        return graph.node("Mul", graph.node("Div", x, root), scale);
    }

    String activated(String x, Activation activation) {
        return switch (activation) {
            case SILU -> graph.node("Mul", x, graph.node("Sigmoid", x));
            case RELU -> graph.node("Relu", x);
            case GELU -> {
                String erf = graph.node("Erf", graph.node("Div", x, graph.real((float) Math.sqrt(2))));
                yield half(x, erf);
            }
            case GELU_TANH -> {
                String cube = graph.node("Pow", x, graph.real(3f));
                String inner = graph.node("Add", x, graph.node("Mul", cube, graph.real(0.044715f)));
                yield half(x, graph.node("Tanh", graph.node("Mul", inner, graph.real((float) Math.sqrt(2 / Math.PI)))));
            }
        };
    }

    /** x (1 + s) / 2. */
    private String half(String x, String s) {
        return graph.node("Mul", graph.node("Mul", x, graph.node("Add", s, graph.real(1f))), graph.real(0.5f));
    }
}
