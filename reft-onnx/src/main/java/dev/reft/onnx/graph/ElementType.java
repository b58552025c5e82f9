package dev.reft.onnx.graph;

/** The type of a tensor's elements. The enum grows. */
public enum ElementType {
    /** 32-bit floats. */
    FLOAT(1, 4),
    /** 64-bit integers. */
    INT64(7, 8),
    /** Truth values, as the result of a {@code Cast}. */
    BOOL(9, 1);

    private final int code;
    private final int bytes;

    ElementType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /**
     * The number that the format has for it.
     *
     * @return of {@code TensorProto.DataType}
     */
    public int code() {
        return code;
    }

    /** Bytes of an element. */
    int bytes() {
        return bytes;
    }
}
