package dev.reft.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder-only language model computes, whichever file said so: an embedding, blocks of attention and
 * feed-forward, a head. What the {@link Architecture}s differ in is told apart here, so that an engine needs to know none of them.
 *
 * @param modelType Hugging Face's name of the architecture, one of {@link Architecture#known}
 * @param vocabularySize rows of the embedding
 * @param hiddenSize width of the residual stream
 * @param embeddingSize width of the embedding and of the states that the head reads; where it is not the hidden size, a
 *     projection leads from one to the other
 * @param layers number of blocks
 * @param contextLength the most positions that the model was made for
 * @param norm the norms
 * @param attention of every layer
 * @param feedForward of every layer
 * @param positions how positions are told apart
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
        int embeddingSize,
        int layers,
        int contextLength,
        NormConfig norm,
        AttentionConfig attention,
        FeedForwardConfig feedForward,
        PositionEncoding positions,
        boolean tiedEmbeddings,
        SpecialTokens tokens,
        String dtype,
        Map<String, @Nullable Object> fields) {
    /**
     * Checks the sizes and copies the fields.
     *
     * @throws IllegalArgumentException if a size is not positive, there is not one window a layer, or heads of odd width
     *     would be rotated
     */
    public ModelConfig {
        if (vocabularySize < 1 || hiddenSize < 1 || embeddingSize < 1 || layers < 1 || contextLength < 1) {
            throw new IllegalArgumentException("sizes must be positive: vocabulary " + vocabularySize + ", hidden "
                    + hiddenSize + ", embedding " + embeddingSize + ", layers " + layers + ", context "
                    + contextLength);
        }
        if (positions instanceof Rope && attention.headDim() % 2 != 0) {
            throw new IllegalArgumentException(
                    "the width of a head must be even to be rotated, not " + attention.headDim());
        }
        if (attention.windows().size() != layers) {
            throw new IllegalArgumentException(
                    "need one window a layer: " + attention.windows().size() + " for " + layers + " layers");
        }
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /**
     * A model with rotary positions, Llama's norms and an embedding as wide as the hidden states.
     *
     * @param modelType Hugging Face's name of the architecture
     * @param vocabularySize rows of the embedding
     * @param hiddenSize width of the residual stream
     * @param layers number of blocks
     * @param contextLength the most positions that the model was made for
     * @param normEpsilon added to the mean square in every norm
     * @param attention of every layer
     * @param feedForward of every layer
     * @param rope positions
     * @param tiedEmbeddings whether the head reads the embedding's matrix
     * @param tokens special tokens
     * @param dtype the type that weights are meant to have
     * @param fields all fields of the {@code config.json} that was read
     */
    public ModelConfig(
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
        this(
                modelType,
                vocabularySize,
                hiddenSize,
                hiddenSize,
                layers,
                contextLength,
                NormConfig.rms(normEpsilon),
                attention,
                feedForward,
                rope,
                tiedEmbeddings,
                tokens,
                dtype,
                fields);
    }

    /**
     * The same model with the type that weights are meant to have.
     *
     * @param type such as {@code float32}
     * @return another record
     */
    public ModelConfig withDtype(String type) {
        return new ModelConfig(
                modelType,
                vocabularySize,
                hiddenSize,
                embeddingSize,
                layers,
                contextLength,
                norm,
                attention,
                feedForward,
                positions,
                tiedEmbeddings,
                tokens,
                type,
                fields);
    }

    /**
     * What is added to the mean square or the variance in every norm.
     *
     * @return the epsilon of {@link #norm}
     */
    public double normEpsilon() {
        return norm.epsilon();
    }

    /**
     * The rotary positions of a model that has them.
     *
     * @return {@link #positions}
     * @throws IllegalStateException if the model has others
     */
    public Rope rope() {
        if (positions instanceof Rope rope) {
            return rope;
        }
        throw new IllegalStateException("a " + modelType + " has " + positions + ", no rotary positions");
    }

    /**
     * Rows of the table of positions.
     *
     * @return the context and the rows before it, 0 for positions without a table
     */
    public int positionRows() {
        return positions instanceof LearnedPositions learned ? Math.addExact(contextLength, learned.offset()) : 0;
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
        return Architecture.read(HfDirectory.inDirectory(file, "config.json"));
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
