package dev.reft.checkpoint.tokenizer;

import dev.reft.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How a byte-level tokenizer cuts text into words, as GGUF's {@code tokenizer.ggml.pre} names it.
 *
 * @param patterns applied one after the other, each on what the ones before left between their matches; empty for GPT-2's
 * @param digits whether digits are split off one by one before anything else
 * @param wholeWords whether a word that is a token is taken without merging
 * @param bos whether a prompt begins with BOS unless the file says otherwise
 * @param nfc whether text is first brought to Unicode's composed form
 */
record PreTokenization(List<String> patterns, boolean digits, boolean wholeWords, boolean bos, boolean nfc) {
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String LETTERS_AND = "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
    private static final String OTHERS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
    private static final String MARK = "[^\\r\\n\\p{L}\\p{N}]?";
    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";

    private static final PreTokenization PLAIN = new PreTokenization(List.of(), false, false, false, false);
    private static final PreTokenization DIGITS = new PreTokenization(List.of(), true, false, false, false);
    private static final PreTokenization LLAMA3 = new PreTokenization(
            List.of(CONTRACTIONS + LETTERS_AND + "\\p{N}{1,3}" + OTHERS + SPACES), false, true, true, false);
    /** OpenAI's cl100k, as OLMo 2 and DBRX have it: Llama 3's cuts, but words are always merged. */
    private static final PreTokenization DBRX = new PreTokenization(LLAMA3.patterns, false, false, false, false);

    private static final PreTokenization QWEN2 = new PreTokenization(
            List.of(CONTRACTIONS + LETTERS_AND + "\\p{N}" + OTHERS + SPACES), false, false, false, true);
    private static final PreTokenization STABLELM2 = new PreTokenization(QWEN2.patterns, false, false, false, false);
    private static final PreTokenization TEKKEN = new PreTokenization(
            List.of(MARK + UPPER + "*" + LOWER + "+|" + MARK + UPPER + "+" + LOWER
                    + "*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*" + SPACES),
            false,
            true,
            true,
            false);
    private static final PreTokenization DEFAULT = new PreTokenization(
            List.of("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]"), false, false, false, false);

    private static final Map<String, PreTokenization> KNOWN = Map.ofEntries(
            Map.entry("default", DEFAULT),
            Map.entry("gpt-2", PLAIN),
            Map.entry("mpt", PLAIN),
            Map.entry("olmo", PLAIN),
            Map.entry("phi-2", PLAIN),
            Map.entry("jais", PLAIN),
            Map.entry("smollm", DIGITS),
            Map.entry("starcoder", DIGITS),
            Map.entry("refact", DIGITS),
            Map.entry("command-r", DIGITS),
            Map.entry("codeshell", DIGITS),
            Map.entry("llama-bpe", LLAMA3),
            Map.entry("llama3", LLAMA3),
            Map.entry("llama-v3", LLAMA3),
            Map.entry("dbrx", DBRX),
            Map.entry("smaug-bpe", DBRX),
            Map.entry("stablelm2", STABLELM2),
            Map.entry("qwen2", QWEN2),
            Map.entry("deepseek-r1-qwen", QWEN2),
            Map.entry("tekken", TEKKEN));

    static PreTokenization named(String name, Path source) {
        @Nullable PreTokenization known = KNOWN.get(name);
        if (known == null) {
            throw new CheckpointException(
                    source,
                    "tokenizer.ggml.pre",
                    "'" + name + "' is not known, so its tokens would be wrong; known: " + new TreeSet<>(KNOWN.keySet())
                            + ". A tokenizer.json beside the file is used instead of its metadata");
        }
        return known;
    }

    /**
     * The name of what a {@code tokenizer.json} does.
     *
     * @throws CheckpointException if no name that is known here stands for it
     */
    static String nameOf(JsonNode tokenizer, Path source) {
        JsonNode cut = tokenizer.path("pre_tokenizer");
        List<JsonNode> steps = new ArrayList<>();
        if (cut.path("type").asString("").equals("Sequence")) {
            cut.path("pretokenizers").forEach(steps::add);
        } else {
            steps.add(cut);
        }
        boolean digits = false;
        boolean understood = true;
        boolean bytes = false;
        boolean regex = false;
        List<String> patterns = new ArrayList<>();
        for (JsonNode step : steps) {
            switch (step.path("type").asString("")) {
                case "Digits" -> {
                    digits = true;
                    understood &= step.path("individual_digits").asBoolean(false) && patterns.isEmpty();
                }
                case "Split" -> {
                    patterns.add(step.path("pattern").path("Regex").asString(""));
                    understood &= step.path("behavior").asString("").equals("Isolated")
                            && !step.path("invert").asBoolean(false);
                }
                case "ByteLevel" -> {
                    bytes = true;
                    regex = step.path("use_regex").asBoolean(true);
                    understood &= !step.path("add_prefix_space").asBoolean(true);
                }
                default -> understood = false;
            }
        }
        JsonNode normal = tokenizer.path("normalizer");
        boolean nfc = normal.path("type").asString("").equals("NFC");
        understood &= bytes && regex == patterns.isEmpty() && (nfc || normal.isNull() || normal.isMissingNode());
        boolean wholeWords = tokenizer.path("model").path("ignore_merges").asBoolean(false);
        for (String name : List.of("gpt-2", "smollm", "llama-bpe", "dbrx", "qwen2", "stablelm2", "tekken")) {
            PreTokenization known = Objects.requireNonNull(KNOWN.get(name));
            if (understood
                    && known.digits == digits
                    && known.patterns.equals(patterns)
                    && known.wholeWords == wholeWords
                    && known.nfc == nfc) {
                return name;
            }
        }
        throw new CheckpointException(
                source,
                "pre_tokenizer",
                "is none that llama.cpp has under a name known here, so its tokens would be others: " + cut);
    }
}
