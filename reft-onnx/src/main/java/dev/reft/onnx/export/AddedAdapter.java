package dev.reft.onnx.export;

import dev.reft.checkpoint.PeftAdapter;
import java.nio.FloatBuffer;
import java.util.Optional;

/** A LoRA adapter that is added to its base's tensors while these are written, in fp32. */
final class AddedAdapter {
    private static final String WEIGHT = ".weight";

    private final PeftAdapter adapter;
    private final boolean transposed;

    /**
     * Of files, which must stay open.
     *
     * @param transposed whether the matrices of linear layers are stored with the input first
     */
    AddedAdapter(PeftAdapter adapter, boolean transposed) {
        this.adapter = adapter;
        this.transposed = transposed;
    }

    /** Whether a tensor is the adapter's own, in place of the base's. */
    boolean replaces(String name) {
        return adapter.saved().contains(name);
    }

    /** Such a tensor. */
    float[] saved(String name) {
        return adapter.saved(name);
    }

    /** What is added to a tensor. */
    Optional<Layer> layer(String name) {
        String module = name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : "";
        return adapter.layers().contains(module) ? Optional.of(new Layer(module)) : Optional.empty();
    }

    /** scale * B A, or its transpose: the sum over the rank of products of a column and a row. */
    final class Layer {
        private final String module;
        private float[] a = {};
        private float[] b = {};

        private Layer(String module) {
            this.module = module;
        }

        /**
         * Adds to some rows of the layer's matrix.
         *
         * @param rows whole rows, as many as there are
         * @param first the first one's index
         */
        void addTo(FloatBuffer rows, long first) {
            if (a.length == 0) {
                a = adapter.a(module);
                b = adapter.b(module);
            }
            int rank = adapter.lora().rankOf(module);
            float scale = (float) adapter.lora().scaleOf(module);
            int in = a.length / rank;
            int out = b.length / rank;
            int width = transposed ? out : in;
            float[] row = new float[width];
            for (int at = 0; at < rows.limit(); at += width) {
                int index = Math.toIntExact(first + at / width);
                rows.get(at, row);
                for (int r = 0; r < rank; r++) {
                    if (transposed) {
                        float left = scale * a[r * in + index];
                        for (int o = 0; o < out; o++) {
                            row[o] += left * b[o * rank + r];
                        }
                    } else {
                        float left = scale * b[index * rank + r];
                        for (int i = 0; i < in; i++) {
                            row[i] += left * a[r * in + i];
                        }
                    }
                }
                rows.put(at, row);
            }
        }
    }
}
