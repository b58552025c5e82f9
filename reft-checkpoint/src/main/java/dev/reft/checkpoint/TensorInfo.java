package dev.reft.checkpoint;

import java.util.List;

/**
 * A tensor as a file lists it.
 *
 * @param name its Hugging Face name, such as {@code model.layers.0.self_attn.q_proj.weight}
 * @param type how it is stored
 * @param shape its dimensions, the outermost first, row-major; empty for a scalar
 */
public record TensorInfo(String name, TensorType type, List<Long> shape) {
    /**
     * Checks the dimensions.
     *
     * @throws IllegalArgumentException if one is negative, their product or the bytes pass 2^63 - 1, or the rows are no
     *     whole number of blocks
     */
    public TensorInfo {
        shape = List.copyOf(shape);
        long elements = 1;
        for (long dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException("negative dimension in " + shape);
            }
            if (dimension > 0 && elements > Long.MAX_VALUE / 16 / dimension) {
                throw new IllegalArgumentException("too many elements in " + shape);
            }
            elements *= dimension;
        }
        long row = shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
        if (row % type.blockElements() != 0) {
            throw new IllegalArgumentException("rows of " + row + " elements are no whole number of " + type
                    + " blocks, which hold " + type.blockElements());
        }
    }

    /**
     * Number of elements.
     *
     * @return the product of the dimensions, 1 for a scalar
     */
    public long elements() {
        long elements = 1;
        for (long dimension : shape) {
            elements *= dimension;
        }
        return elements;
    }

    /**
     * Bytes as stored.
     *
     * @return the size in the file
     */
    public long bytes() {
        return elements() / type.blockElements() * type.blockBytes();
    }

    /**
     * Length of a row, the innermost dimension.
     *
     * @return its elements, 1 for a scalar
     */
    public long rowElements() {
        return shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
    }

    /**
     * Number of rows.
     *
     * @return the product of all dimensions but the innermost, 0 if the tensor is empty
     */
    public long rows() {
        return elements() == 0 ? 0 : elements() / rowElements();
    }
}
