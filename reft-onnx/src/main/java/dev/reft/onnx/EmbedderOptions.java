package dev.reft.onnx;

import dev.reft.checkpoint.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/**
 * How a sentence encoder makes a vector of a text.
 *
 * @param pooling of the tokens' vectors
 * @param normalised whether vectors are divided by their length
 * @param maxTokens most tokens of a text, those around it included; the end of a longer one is left out. &gt;= 1
 * @param device {@code cpu} or {@code cuda:N}
 * @param threads to compute with; empty for one a core
 */
public record EmbedderOptions(Pooling pooling, boolean normalised, int maxTokens, String device, OptionalInt threads) {
    private static final String MEAN = "pooling_mode_mean_tokens";
    private static final String FIRST = "pooling_mode_cls_token";

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public EmbedderOptions {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens " + maxTokens + " must be at least 1");
        }
    }

    /**
     * What the files of a sentence-transformers directory say ({@code 1_Pooling/config.json}, {@code modules.json}, {@code
     * sentence_bert_config.json}), on the CPU. Without them: the mean, normalised, up to the encoder's context.
     *
     * @param directory of the encoder
     * @return the options
     * @throws CheckpointException if a file is malformed, or asks for a pooling that is not supported; it names it
     */
    public static EmbedderOptions of(Path directory) {
        GraphFiles files = GraphFiles.of(directory.toString());
        Path own = files.directory();
        return new EmbedderOptions(
                pooling(own.resolve("1_Pooling").resolve("config.json")),
                normalised(own.resolve("modules.json")),
                maxTokens(own.resolve("sentence_bert_config.json"), files),
                "cpu",
                OptionalInt.empty());
    }

    private static Pooling pooling(Path file) {
        if (!Files.isRegularFile(file)) {
            return Pooling.MEAN;
        }
        List<String> modes = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : GraphFiles.json(file).properties()) {
            if (field.getKey().startsWith("pooling_mode_") && field.getValue().asBoolean(false)) {
                modes.add(field.getKey());
            }
        }
        if (modes.equals(List.of(MEAN))) {
            return Pooling.MEAN;
        }
        if (modes.equals(List.of(FIRST))) {
            return Pooling.FIRST;
        }
        throw new CheckpointException(file, "pooling", modes + " is not supported, only " + MEAN + " or " + FIRST);
    }

    private static boolean normalised(Path file) {
        if (!Files.isRegularFile(file)) {
            return true;
        }
        for (JsonNode module : GraphFiles.json(file)) {
            if (module.path("type").asString("").endsWith(".Normalize")) {
                return true;
            }
        }
        return false;
    }

    private static int maxTokens(Path file, GraphFiles files) {
        if (!Files.isRegularFile(file)) {
            return files.contextLength();
        }
        JsonNode most = GraphFiles.json(file).path("max_seq_length");
        return most.isInt() && most.intValue() > 0 ? most.intValue() : files.contextLength();
    }
}
