package dev.reft.onnx.export;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a graph is to hold.
 *
 * @param logits whether it gives logits: no reward model needs them
 * @param values whether it gives values, by the head that was exported beside the model ({@value #VALUE_HEAD})
 * @param cache whether keys and values of earlier tokens go in and out: what generation needs
 * @param weightsBeside whether the weights lie in a file beside the graph in any case; what does not fit into the 2 GB of a
 *     graph's file always does
 */
public record OnnxExportOptions(boolean logits, boolean values, boolean cache, boolean weightsBeside) {
    /** The file of the value head in a directory that a policy was exported to. */
    static final String VALUE_HEAD = "value_head.safetensors";

    /**
     * Checks that there is something to compute.
     *
     * @throws IllegalArgumentException if neither logits nor values are wanted, or a cache without logits
     */
    public OnnxExportOptions {
        if (!logits && !values) {
            throw new IllegalArgumentException("a graph must give logits or values");
        }
        if (cache && !logits) {
            throw new IllegalArgumentException("a cache is for generation, which needs logits");
        }
    }

    /**
     * All that a model has: logits, a cache, and values if a value head lies beside it.
     *
     * @param model the model's directory, or its GGUF file
     * @return the options
     */
    public static OnnxExportOptions of(Path model) {
        return new OnnxExportOptions(true, Files.isRegularFile(model.resolve(VALUE_HEAD)), true, false);
    }

    /**
     * A reward model or a critic: values alone.
     *
     * @return the options
     */
    public static OnnxExportOptions rewardModel() {
        return new OnnxExportOptions(false, true, false, false);
    }

    /**
     * The same, with the weights beside the graph.
     *
     * @return the options
     */
    public OnnxExportOptions beside() {
        return new OnnxExportOptions(logits, values, cache, true);
    }
}
