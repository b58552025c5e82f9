package dev.reft.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's {@code generation_config.json}. Its {@code eos_token_id} counts instead of that of {@code config.json}, as in
 * transformers, which reads only the generation settings when it generates. Where it names none, transformers would never
 * stop; here {@code config.json} then counts.
 *
 * @param ends token ids that end a completion; empty where the file names none
 * @param fields all fields of the file, for writing it again and for the host's own defaults of sampling
 */
public record GenerationConfig(List<Integer> ends, Map<String, @Nullable Object> fields) {
    /** The settings of a model that has none. */
    public static final GenerationConfig NONE = new GenerationConfig(List.of(), Map.of());

    /** Copies both. */
    public GenerationConfig {
        ends = List.copyOf(ends);
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /**
     * Reads the file, if there is one.
     *
     * @param directory a Hugging Face directory
     * @return the settings, {@link #NONE} without such a file
     * @throws CheckpointException if the file is malformed
     */
    public static GenerationConfig read(Path directory) {
        Path file = directory.resolve("generation_config.json");
        if (!Files.exists(file)) {
            return NONE;
        }
        JsonFields json = JsonFields.read(file);
        return new GenerationConfig(json.tokenIds("eos_token_id"), json.asMap());
    }

    /**
     * The text of the file.
     *
     * @return JSON with the fields that were read
     */
    public String toJson() {
        return JsonText.write(fields);
    }

    /**
     * The tokens that end a completion of a model.
     *
     * @param config the model's configuration
     * @return these settings' ids, or the configuration's where these name none
     */
    public List<Integer> endIds(ModelConfig config) {
        return ends.isEmpty() ? config.tokens().ends() : ends;
    }
}
