package dev.reft.onnx.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph that is being built: inputs, nodes in the order of the computation, tensors that are known, outputs. Values are
 * referred to by their names, which the methods return. Not safe for several threads.
 */
public final class OnnxGraph {
    private final String name;
    private final ProtoMessage nodes = new ProtoMessage();
    private final ProtoMessage inputs = new ProtoMessage();
    private final ProtoMessage outputs = new ProtoMessage();
    private final Map<String, Initializer> initializers = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();

    /**
     * An empty graph.
     *
     * @param name for people who look at it
     */
    public OnnxGraph(String name) {
        this.name = name;
    }

    /**
     * Adds an input.
     *
     * @param input its name
     * @param type of its elements
     * @param shape its dimensions
     * @return its name
     */
    public String input(String input, ElementType type, Dimension... shape) {
        inputs.message(11, value(input, type, shape));
        return input;
    }

    /**
     * Makes a value an output under a name of its own.
     *
     * @param output its name
     * @param from the value
     * @param type of its elements
     * @param shape its dimensions
     */
    public void output(String output, String from, ElementType type, Dimension... shape) {
        add("Identity", List.of(from), List.of(output));
        outputs.message(12, value(output, type, shape));
    }

    private static ProtoMessage value(String name, ElementType type, Dimension... shape) {
        ProtoMessage dimensions = new ProtoMessage();
        for (Dimension dimension : shape) {
            ProtoMessage one = new ProtoMessage();
            if (dimension.name().isEmpty()) {
                one.number(1, dimension.size());
            } else {
                one.text(2, dimension.name());
            }
            dimensions.message(1, one);
        }
        ProtoMessage tensor = new ProtoMessage().number(1, type.code()).message(2, dimensions);
        return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
    }

    /**
     * Adds a tensor that is known.
     *
     * @param tensor the tensor
     * @return its name
     * @throws IllegalArgumentException if another has this name
     */
    public String tensor(Initializer tensor) {
        Initializer other = initializers.putIfAbsent(tensor.name(), tensor);
        if (other != null && other != tensor) {
            throw new IllegalArgumentException("two tensors are called '" + tensor.name() + "'");
        }
        return tensor.name();
    }

    /**
     * A vector of integers; one that was asked for before is taken again.
     *
     * @param values its elements
     * @return its name
     */
    public String vector(long... values) {
        String constant = "constant/" + Arrays.toString(values).replace(" ", "");
        initializers.computeIfAbsent(constant, n -> Initializer.ofLongs(n, List.of((long) values.length), values));
        return constant;
    }

    /**
     * A scalar integer; one that was asked for before is taken again.
     *
     * @param value the number
     * @return its name
     */
    public String integer(long value) {
        String constant = "constant/" + value;
        initializers.computeIfAbsent(constant, n -> Initializer.ofLongs(n, List.of(), value));
        return constant;
    }

    /**
     * A scalar float; one that was asked for before is taken again.
     *
     * @param value the number
     * @return its name
     */
    public String real(float value) {
        String constant = "constant/" + value + "f";
        initializers.computeIfAbsent(constant, n -> Initializer.ofFloats(n, List.of(), value));
        return constant;
    }

    /**
     * Adds a node with one output and no attributes.
     *
     * @param operator such as {@code Add}
     * @param from its inputs
     * @return the name of its output
     */
    public String node(String operator, String... from) {
        return node(operator, List.of(from));
    }

    /**
     * Adds a node with one output.
     *
     * @param operator such as {@code Add}
     * @param from its inputs
     * @param attributes of the node
     * @return the name of its output
     */
    public String node(String operator, List<String> from, Attribute... attributes) {
        return nodes(operator, 1, from, attributes).get(0);
    }

    /**
     * Adds a node with several outputs.
     *
     * @param operator such as {@code Split}
     * @param count of outputs
     * @param from its inputs
     * @param attributes of the node
     * @return the names of its outputs
     */
    public List<String> nodes(String operator, int count, List<String> from, Attribute... attributes) {
        int index = counts.merge(operator, 1, Integer::sum);
        List<String> to = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            to.add(operator + "_" + index + (count == 1 ? "" : "_" + i));
        }
        add(operator, from, to, attributes);
        return to;
    }

    private void add(String operator, List<String> from, List<String> to, Attribute... attributes) {
        ProtoMessage node = new ProtoMessage();
        from.forEach(input -> node.text(1, input));
        to.forEach(output -> node.text(2, output));
        node.text(3, "node/" + to.get(0)).text(4, operator);
        for (Attribute attribute : attributes) {
            node.message(5, attribute.message());
        }
        nodes.message(1, node);
    }

    /** All but the tensors: the beginning of a GraphProto. */
    ProtoMessage beginning() {
        return new ProtoMessage().all(nodes).text(2, name);
    }

    /** Inputs and outputs: the end of a GraphProto. */
    ProtoMessage end() {
        return new ProtoMessage().all(inputs).all(outputs);
    }

    /** The tensors that are known, in the order of their addition. */
    List<Initializer> initializers() {
        return List.copyOf(initializers.values());
    }

    /**
     * The length of all tensors that are known.
     *
     * @return bytes
     */
    public long tensorBytes() {
        return initializers.values().stream().mapToLong(Initializer::bytes).sum();
    }
}
