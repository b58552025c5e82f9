package dev.reft.onnx.graph;

/** An attribute of a node. */
public final class Attribute {
    private static final int FLOAT = 1;
    private static final int INT = 2;
    private static final int INTS = 7;

    private final ProtoMessage message;

    private Attribute(String name, int type) {
        message = new ProtoMessage().text(1, name).number(20, type);
    }

    /**
     * An integer.
     *
     * @param name of the attribute
     * @param value its value
     * @return the attribute
     */
    public static Attribute of(String name, long value) {
        Attribute attribute = new Attribute(name, INT);
        attribute.message.number(3, value);
        return attribute;
    }

    /**
     * A float.
     *
     * @param name of the attribute
     * @param value its value
     * @return the attribute
     */
    public static Attribute of(String name, float value) {
        Attribute attribute = new Attribute(name, FLOAT);
        attribute.message.real(2, value);
        return attribute;
    }

    /**
     * Several integers, such as the axes of a reduction.
     *
     * @param name of the attribute
     * @param values its values
     * @return the attribute
     */
    public static Attribute list(String name, long... values) {
        Attribute attribute = new Attribute(name, INTS);
        for (long value : values) {
            attribute.message.number(8, value);
        }
        return attribute;
    }

    ProtoMessage message() {
        return message;
    }
}
