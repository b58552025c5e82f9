package dev.reft.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes a configuration as transformers 5 does, keeping what was read and still holds. */
final class HfConfigWriter {
    private HfConfigWriter() {}

    static Map<String, @Nullable Object> fields(ModelConfig config, String weightType) {
        Map<String, @Nullable Object> fields = new TreeMap<>(config.fields());
        if (!stillHolds(config)) {
            fields.remove("rope_theta");
            fields.remove("rope_scaling");
            fields.remove("original_max_position_embeddings");
            fields.putAll(Architecture.canonical(config));
        }
        boolean older = fields.containsKey("torch_dtype") && !fields.containsKey("dtype");
        fields.put(older ? "torch_dtype" : "dtype", weightType);
        if (!older) {
            fields.remove("torch_dtype");
        }
        return fields;
    }

    private static boolean stillHolds(ModelConfig config) {
        if (config.fields().isEmpty()) {
            return false;
        }
        ModelConfig read = Architecture.parse(new JsonFields(Path.of("config.json"), "", config.fields()));
        // the wanted type is the only component that is written separately
        return config.equals(read.withDtype(config.dtype()));
    }
}
