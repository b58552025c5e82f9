package dev.reft.checkpoint.tokenizer;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/** Says in the keys of GGUF files what a {@code tokenizer.json} says. */
public final class GgufTokenizers {
    private static final String KEY = "tokenizer.ggml.";
    private static final String SPACE = "\u2581";
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;

    private final Path directory;
    private final TokenizerJson json;
    private final JsonNode tree;
    private final Map<String, Object> keys = new LinkedHashMap<>();

    private GgufTokenizers(Path directory, TokenizerJson json) {
        this.directory = directory;
        this.json = json;
        this.tree = json.tree();
    }

    /**
     * The metadata of a tokenizer.
     *
     * @param directory of a Hugging Face model
     * @param config of the model
     * @param endIds the tokens that end a completion
     * @return keys that begin with {@code tokenizer.}, with values as {@link dev.reft.checkpoint.GgufWriter#write} takes
     *     them; if the directory has no {@code tokenizer.json}, those of a file for token ids only
     * @throws IOException if a file cannot be read
     * @throws CheckpointException if llama.cpp has no tokenizer that does the same, naming what it lacks
     */
    public static Map<String, Object> metadata(Path directory, ModelConfig config, List<Integer> endIds)
            throws IOException {
        Path file = directory.resolve("tokenizer.json");
        if (!Files.isRegularFile(file)) {
            return withoutTexts(directory, config, endIds);
        }
        return new GgufTokenizers(directory, TokenizerJson.read(file)).metadata(config, endIds);
    }

    /** What llama.cpp's programs take as a model without a vocabulary. */
    private static Map<String, Object> withoutTexts(Path directory, ModelConfig config, List<Integer> endIds) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put(KEY + "model", GgufTokenizer.NONE);
        config.tokens().begin().ifPresent(id -> keys.put(KEY + "bos_token_id", id));
        ends(directory, endIds, keys);
        return keys;
    }

    private Map<String, Object> metadata(ModelConfig config, List<Integer> endIds) throws IOException {
        JsonNode model = tree.path("model");
        String type = model.path("type").asString("BPE");
        if (!type.equals("BPE")) {
            throw wrong("model.type", "'" + type + "' has no counterpart in GGUF, only BPE has");
        }
        String[] tokens = tokens(config.vocabularySize());
        int[] types = types(tokens);
        boolean bytes = model.path("byte_fallback").asBoolean(false);
        keys.put(KEY + "model", bytes ? "llama" : "gpt2");
        if (!bytes) {
            keys.put(KEY + "pre", PreTokenization.nameOf(tree, directory.resolve("tokenizer.json")));
        }
        keys.put(KEY + "tokens", List.of(tokens));
        keys.put(KEY + "token_type", types);
        if (bytes) {
            sentencePiece(tokens, types);
        } else {
            keys.put(KEY + "merges", mergeLines());
        }
        ids(config, endIds);
        ChatFormat.ofDirectory(directory)
                .flatMap(ChatFormat::text)
                .ifPresent(template -> keys.put("tokenizer.chat_template", template));
        return keys;
    }

    private String[] tokens(int size) {
        String[] tokens = new String[size];
        json.vocabulary().forEach((token, id) -> place(tokens, token, id));
        json.added().forEach(token -> place(tokens, token.content(), token.id()));
        return tokens;
    }

    private void place(String[] tokens, String token, int id) {
        if (id < 0 || id >= tokens.length) {
            throw wrong("model.vocab", "has the id " + id + ", but the model " + tokens.length + " embeddings");
        }
        if (tokens[id] != null && !tokens[id].equals(token)) {
            throw wrong("model.vocab", "has two tokens of the id " + id + ", '" + tokens[id] + "' and '" + token + "'");
        }
        tokens[id] = token;
    }

    /** Kinds of tokens; rows of the embedding that no token has get a name of their own. */
    private int[] types(String[] tokens) {
        int[] types = new int[tokens.length];
        String unknown = tree.path("model").path("unk_token").asString("");
        boolean bytes = tree.path("model").path("byte_fallback").asBoolean(false);
        for (int i = 0; i < types.length; i++) {
            if (tokens[i] == null) {
                tokens[i] = "[PAD" + i + "]";
                types[i] = UNUSED;
            } else if (bytes && tokens[i].matches("<0x[0-9A-F]{2}>")) {
                types[i] = BYTE;
            } else {
                types[i] = NORMAL;
            }
        }
        for (AddedToken added : json.added()) {
            types[added.id()] =
                    added.content().equals(unknown) && bytes ? UNKNOWN : added.special() ? CONTROL : USER_DEFINED;
        }
        return types;
    }

    /** Two pieces that become one. */
    private record Merge(String left, String right) {}

    private List<Merge> merges() {
        List<Merge> merges = new ArrayList<>();
        for (JsonNode merge : tree.path("model").path("merges")) {
            String left = merge.isArray() ? merge.path(0).asString("") : left(merge.asString(""));
            String right = merge.isArray()
                    ? merge.path(1).asString("")
                    : merge.asString("")
                            .substring(Math.min(
                                    left.length() + 1, merge.asString("").length()));
            if (left.isEmpty() || right.isEmpty() || merge.isArray() && merge.size() != 2) {
                throw wrong("model.merges[" + merges.size() + "]", merge + " is no pair of pieces");
            }
            merges.add(new Merge(left, right));
        }
        return merges;
    }

    private static String left(String merge) {
        return merge.substring(0, Math.max(0, merge.indexOf(' ')));
    }

    /** As lines, in which a space stands between both pieces. */
    private List<String> mergeLines() {
        List<String> lines = new ArrayList<>();
        for (Merge merge : merges()) {
            if (merge.left().indexOf(' ') >= 0 || merge.right().indexOf(' ') >= 0) {
                throw wrong("model.merges[" + lines.size() + "]", merge + " holds a space, which GGUF cannot say");
            }
            lines.add(merge.left() + " " + merge.right());
        }
        return lines;
    }

    /** SentencePiece merges by scores: a piece made by an earlier merge has a higher one. */
    private void sentencePiece(String[] tokens, int[] types) {
        Map<String, Integer> made = new HashMap<>();
        List<Merge> merges = merges();
        for (int i = 0; i < merges.size(); i++) {
            made.putIfAbsent(merges.get(i).left() + merges.get(i).right(), i);
        }
        float[] scores = new float[tokens.length];
        for (int i = 0; i < scores.length; i++) {
            Integer rank = made.get(tokens[i]);
            scores[i] = types[i] != NORMAL ? 0 : rank == null ? -merges.size() - 1 : -rank - 1;
        }
        keys.put(KEY + "scores", scores);
        String normalizer = tree.path("normalizer").toString();
        String cut = tree.path("pre_tokenizer").toString();
        boolean prepends = normalizer.contains("\"Prepend\"")
                || cut.contains("Metaspace") && !cut.contains("\"prepend_scheme\":\"never\"");
        boolean known = normalizer.contains(SPACE) || cut.contains("Metaspace");
        if (!known) {
            throw wrong("normalizer", "is not SentencePiece's, and llama.cpp has no other with byte_fallback");
        }
        keys.put(KEY + "add_space_prefix", prepends);
        id(
                "unknown_token_id",
                json.id(tree.path("model").path("unk_token").asString("")).orElse(-1));
    }

    private void ids(ModelConfig config, List<Integer> endIds) {
        int[] prefix = json.prefix();
        OptionalInt begin =
                prefix.length > 0 ? OptionalInt.of(prefix[0]) : config.tokens().begin();
        if (prefix.length > 1) {
            throw wrong("post_processor", "puts " + prefix.length + " tokens before a text, llama.cpp at most one");
        }
        id("bos_token_id", begin.orElse(-1));
        ends(directory, endIds, keys);
        id("padding_token_id", config.tokens().pad().orElse(-1));
        keys.put(KEY + "add_bos_token", prefix.length == 1);
        keys.put(KEY + "add_eos_token", false);
    }

    private static void ends(Path directory, List<Integer> endIds, Map<String, Object> keys) {
        if (endIds.size() > GgufTokenizer.ENDS.size()) {
            throw new CheckpointException(
                    directory,
                    "eos_token_id",
                    "names " + endIds.size() + " tokens that end a completion, " + endIds + "; a GGUF file names "
                            + GgufTokenizer.ENDS.size() + " at most, so the others would not end one there");
        }
        for (int i = 0; i < endIds.size(); i++) {
            keys.put(KEY + GgufTokenizer.ENDS.get(i), endIds.get(i));
        }
    }

    private void id(String name, int id) {
        if (id >= 0) {
            keys.put(KEY + name, id);
        }
    }

    private CheckpointException wrong(String field, String problem) {
        return new CheckpointException(directory.resolve("tokenizer.json"), field, problem);
    }
}
