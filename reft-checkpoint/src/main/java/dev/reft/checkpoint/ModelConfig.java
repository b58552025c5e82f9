package dev.reft.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder-only language model computes, whichever file said so: pre-norm blocks with RMS norms, rotary positions,
 * grouped-query attention and a gated feed-forward.
 *
 * @param modelType Hugging Face's name of the architecture: {@code llama}, {@code mistral}, {@code qwen2}, {@code qwen3}
 * @param vocabularySize rows of the embedding
 * @param hiddenSize width of the residual stream
 * @param layers number of blocks
 * @param contextLength the most positions that the model was made for
 * @param normEpsilon added to the mean square in every norm
 * @param attention of every layer
 * @param feedForward of every layer
 * @param rope positions
 * @param tiedEmbeddings whether the head reads the embedding's matrix
 * @param tokens special tokens of {@code config.json}; {@link Checkpoint#endIds} joins what the generation settings say
 * @param dtype the type that weights are meant to have ({@code float32}, {@code bfloat16}, ...), empty where none is said
 * @param fields all fields of the {@code config.json} that was read, so that writing keeps those that are not known
 *     here; empty for other sources
 */
public record ModelConfig(
        String modelType,
        int vocabularySize,
        int hiddenSize,
        int layers,
        int contextLength,
        double normEpsilon,
        AttentionConfig attention,
        FeedForwardConfig feedForward,
        Rope rope,
        boolean tiedEmbeddings,
        SpecialTokens tokens,
        String dtype,
        Map<String, @Nullable Object> fields) {
    /**
     * Checks the sizes and copies the fields.
     *
     * @throws IllegalArgumentException if a size is not positive, or there is not one window a layer
     */
    public ModelConfig {
        if (vocabularySize < 1 || hiddenSize < 1 || layers < 1 || contextLength < 1) {
            throw new IllegalArgumentException("sizes must be positive: vocabulary " + vocabularySize + ", hidden "
                    + hiddenSize + ", layers " + layers + ", context " + contextLength);
        }
        if (!(normEpsilon >= 0) || Double.isInfinite(normEpsilon)) {
            throw new IllegalArgumentException("the norms' epsilon must be 0 or more, not " + normEpsilon);
        }
        if (attention.windows().size() != layers) {
            throw new IllegalArgumentException(
                    "need one window a layer: " + attention.windows().size() + " for " + layers + " layers");
        }
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /**
     * Reads a {@code config.json} as transformers 4 and 5 write it. Fields that are absent get transformers' defaults
     * for the model type; what would change the computation and is not supported is refused by name.
     *
     * @param file a {@code config.json}, or the directory that holds one
     * @return the configuration
     * @throws CheckpointException if the file is malformed or asks for something that is not supported
     */
    public static ModelConfig read(Path file) {
        return HfConfigReader.read(HfDirectory.inDirectory(file, "config.json"));
    }

    /**
     * The text of a {@code config.json}: the fields that were read, with those that no longer agree with this record
     * replaced, or all of them as transformers 5 writes them where none were read.
     *
     * @param weightType the type of the weights beside it, such as {@code float32}
     * @return JSON
     */
    public String toJson(String weightType) {
        return JsonText.write(HfConfigWriter.fields(this, weightType));
    }
}
