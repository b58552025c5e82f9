package dev.reft.onnx.graph;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/**
 * A tensor of a graph whose numbers are known.
 *
 * @param name in the graph
 * @param type of its elements
 * @param shape its dimensions, empty for a scalar
 * @param inline whether it always lies in the graph's own file: shapes and other small constants, which the runtime wants
 *     to see while it reads the graph
 * @param content writes its elements
 */
public record Initializer(String name, ElementType type, List<Long> shape, boolean inline, Content content) {
    /** Writes the elements of a tensor. */
    @FunctionalInterface
    public interface Content {
        /**
         * Writes all elements, row-major and little-endian.
         *
         * @param channel where to; one write takes all that is given to it
         * @throws IOException if writing fails
         */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /**
     * Copies the shape.
     *
     * @throws IllegalArgumentException if a dimension is negative
     */
    public Initializer {
        shape = List.copyOf(shape);
        if (shape.stream().anyMatch(dimension -> dimension < 0)) {
            throw new IllegalArgumentException("tensor '" + name + "' has a negative dimension in " + shape);
        }
    }

    /**
     * A tensor of floats.
     *
     * @param name in the graph
     * @param shape its dimensions
     * @param content writes its elements
     * @return the tensor
     */
    public static Initializer floats(String name, List<Long> shape, Content content) {
        return new Initializer(name, ElementType.FLOAT, shape, false, content);
    }

    /**
     * A tensor of floats that are at hand.
     *
     * @param name in the graph
     * @param shape its dimensions
     * @param values as many as the shape says
     * @return the tensor
     */
    public static Initializer ofFloats(String name, List<Long> shape, float... values) {
        ByteBuffer bytes = little(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        return at(name, ElementType.FLOAT, shape, bytes);
    }

    /**
     * A tensor of integers that are at hand.
     *
     * @param name in the graph
     * @param shape its dimensions
     * @param values as many as the shape says
     * @return the tensor
     */
    public static Initializer ofLongs(String name, List<Long> shape, long... values) {
        ByteBuffer bytes = little(values.length * Long.BYTES);
        bytes.asLongBuffer().put(values);
        return at(name, ElementType.INT64, shape, bytes);
    }

    private static Initializer at(String name, ElementType type, List<Long> shape, ByteBuffer bytes) {
        Initializer tensor = new Initializer(name, type, shape, true, channel -> channel.write(bytes.duplicate()));
        if (tensor.bytes() != bytes.capacity()) {
            throw new IllegalArgumentException("tensor '" + name + "' of shape " + shape + " does not have "
                    + bytes.capacity() / type.bytes() + " elements");
        }
        return tensor;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The length of its elements.
     *
     * @return bytes
     */
    public long bytes() {
        long bytes = type.bytes();
        for (long dimension : shape) {
            bytes = Math.multiplyExact(bytes, dimension);
        }
        return bytes;
    }

    /** The fields of a TensorProto before the elements. */
    ProtoMessage header() {
        ProtoMessage header = new ProtoMessage();
        for (long dimension : shape) {
            header.number(1, dimension);
        }
        return header.number(2, type.code()).text(8, name);
    }
}
