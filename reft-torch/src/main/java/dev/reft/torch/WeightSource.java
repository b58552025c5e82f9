package dev.reft.torch;

import org.bytedeco.pytorch.Tensor;

/** Where the tensors of a checkpoint come from: files, or a random generator. */
interface WeightSource extends AutoCloseable {
    /** Whether there is a tensor of this name. */
    boolean has(String name);

    /**
     * A tensor on the CPU, of any type, in the scope around; it may lie on mapped memory, so copy it before closing this.
     *
     * @throws IllegalArgumentException naming tensor and shapes, if it is missing or has another shape
     */
    Tensor read(String name, long... shape);

    @Override
    void close();
}
