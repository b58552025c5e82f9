package dev.reft.onnx;

/** How the vectors of a text's tokens become one. The enum grows. */
public enum Pooling {
    /** Their mean; padding does not count. */
    MEAN,
    /** The first token's, {@code [CLS]} of most encoders. */
    FIRST
}
