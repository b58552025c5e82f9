package dev.reft.onnx;

import ai.onnxruntime.OnnxTensor;
import java.util.List;

/**
 * Keys and values of rows, one tensor [rows, heads, slots, width] for each input of the graph. The rows end at the same
 * slot; those that are shorter begin later, and what stands before is padding.
 *
 * @param tensors in the order of {@link Graph#cache}
 * @param starts the first slot of each row
 * @param slots of every row, padding included
 * @param owner of the tensors
 */
record Cache(List<OnnxTensor> tensors, int[] starts, int slots, Scope owner) implements AutoCloseable {
    Cache {
        tensors = List.copyOf(tensors);
    }

    int rows() {
        return starts.length;
    }

    /** Tokens of a row. */
    int length(int row) {
        return slots - starts[row];
    }

    @Override
    public void close() {
        owner.close();
    }
}
