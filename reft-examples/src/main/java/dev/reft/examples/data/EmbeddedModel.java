package dev.reft.examples.data;

import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The small model that the quickstart trains from random weights: a configuration of the Llama family (4 layers of width
 * 128) and a tokenizer with one token for each word of {@link WordProblems}, both among the resources of this module.
 */
public final class EmbeddedModel {
    /** The deviation of random weights that the configuration among the resources has. */
    public static final double DEVIATION = 0.02;

    private static final String[] FILES = {"config.json", "generation_config.json", "tokenizer.json"};

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private EmbeddedModel() {}

    /**
     * Writes the model's files, so that a provider can open the directory.
     *
     * @param directory made if it is not there; files of the same names are replaced
     * @return the directory
     * @throws IOException if it cannot be written
     */
    public static Path writeTo(Path directory) throws IOException {
        return writeTo(directory, List.of());
    }

    /**
     * Writes the model's files with more words than the generated problems have, such as those of a judge's questions and
     * verdicts. They come after the others, so token ids stay what they are.
     *
     * @param directory made if it is not there; files of the same names are replaced
     * @param words without white space, none known already, all different
     * @return the directory
     * @throws IOException if it cannot be written
     * @throws IllegalArgumentException if a word is known already, given twice, or no word
     */
    public static Path writeTo(Path directory, List<String> words) throws IOException {
        return writeTo(directory, words, DEVIATION);
    }

    /**
     * The same with another deviation of the random weights. From {@link #DEVIATION} the model learns word problems from a few hundred
     * examples, but not to copy a name from where it stands; from 0.08 it learns to copy, and knows the few hundred by heart.
     *
     * @param directory made if it is not there; files of the same names are replaced
     * @param words as above
     * @param deviation of every matrix of the model, above 0
     * @return the directory
     * @throws IOException if it cannot be written
     * @throws IllegalArgumentException if a word is known already, given twice, or no word, or the deviation is not above 0
     */
    public static Path writeTo(Path directory, List<String> words, double deviation) throws IOException {
        if (!(deviation > 0 && deviation < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("deviation " + deviation + " must be above 0");
        }
        Files.createDirectories(directory);
        for (String file : FILES) {
            String text = resource(file);
            if (!words.isEmpty() && file.equals("tokenizer.json")) {
                text = withWords(text, words);
            } else if (file.equals("config.json") && !(words.isEmpty() && deviation == DEVIATION)) {
                ObjectNode config = (ObjectNode) JSON.readTree(text);
                config.put("vocab_size", config.get("vocab_size").intValue() + words.size());
                config.put("initializer_range", deviation);
                text = config.toPrettyString();
            }
            AtomicFiles.writeText(directory.resolve(file), text);
        }
        return directory;
    }

    private static String resource(String file) throws IOException {
        try (InputStream resource = EmbeddedModel.class.getResourceAsStream("/dev/reft/examples/model/" + file)) {
            if (resource == null) {
                throw new IllegalStateException("the resource " + file + " of the embedded model is missing");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String withWords(String tokenizer, List<String> words) {
        ObjectNode root = (ObjectNode) JSON.readTree(tokenizer);
        ObjectNode vocabulary = (ObjectNode) root.get("model").get("vocab");
        for (String word : words) {
            if (word.isBlank() || word.chars().anyMatch(Character::isWhitespace) || vocabulary.has(word)) {
                throw new IllegalArgumentException("'" + word + "' is no word that the embedded model could be given");
            }
            vocabulary.put(word, vocabulary.size());
        }
        return root.toPrettyString();
    }
}
