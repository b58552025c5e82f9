package dev.reft.onnx.graph;

/**
 * A dimension of an input or output.
 *
 * @param name what varies from call to call, empty where the size is fixed
 * @param size if it is fixed
 */
public record Dimension(String name, long size) {
    /**
     * A dimension that varies.
     *
     * @param name such as {@code batch}: dimensions of one name are equal
     * @return the dimension
     */
    public static Dimension of(String name) {
        return new Dimension(name, -1);
    }

    /**
     * A fixed dimension.
     *
     * @param size &gt;= 0
     * @return the dimension
     */
    public static Dimension of(long size) {
        return new Dimension("", size);
    }
}
