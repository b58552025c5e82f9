package dev.reft.checkpoint.tokenizer;

import dev.reft.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes the {@code tokenizer.json} that the metadata of a GGUF file describes. */
final class GgufTokenizer {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String KEY = "tokenizer.ggml.";
    /** The keys of tokens that end a completion. */
    static final List<String> ENDS = List.of("eos_token_id", "eot_token_id", "eom_token_id");

    /** The kind of a file for token ids only. */
    static final String NONE = "none";

    private static final String SPACE = "\u2581";
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;

    /** No published SentencePiece vocabulary has longer pieces; finding merges takes quadratic time in it. */
    private static final int LONGEST_PIECE = 512;

    private final GgufKeys metadata;
    private final Path source;
    private final List<String> tokens;
    private final int[] types;
    private final ObjectNode root = MAPPER.createObjectNode();

    private GgufTokenizer(GgufKeys metadata) {
        this.metadata = metadata;
        this.source = metadata.source();
        this.tokens = metadata.strings(KEY + "tokens");
        this.types = new int[tokens.size()];
        if (metadata.has(KEY + "token_type")) {
            double[] given = metadata.numbers(KEY + "token_type");
            checkLength("token_type", given.length);
            for (int i = 0; i < types.length; i++) {
                types[i] = (int) given[i];
            }
        } else {
            Arrays.fill(types, NORMAL);
        }
    }

    static TokenizerJson json(GgufKeys metadata) {
        return TokenizerJson.of(new GgufTokenizer(metadata).build(), metadata.source());
    }

    /** Whether the metadata describe a tokenizer; some files are for token ids only. */
    static boolean isIn(GgufKeys metadata) {
        String model = metadata.string(KEY + "model", NONE);
        return !model.equals(NONE) && !model.equals("no_vocab");
    }

    /** The tokens that the metadata names as ends of a completion. */
    static Set<Integer> endIds(GgufKeys metadata) {
        Set<Integer> ids = new LinkedHashSet<>();
        for (String name : ENDS) {
            if (metadata.hasId(KEY + name)) {
                ids.add(metadata.id(KEY + name));
            }
        }
        return ids;
    }

    private ObjectNode build() {
        String model = metadata.string(KEY + "model");
        root.put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        addedTokens();
        switch (model) {
            case "gpt2" -> byteLevel();
            case "llama" -> sentencePiece();
            default ->
                throw new CheckpointException(
                        source,
                        KEY + "model",
                        "'" + model
                                + "' is not supported (gpt2 and llama are); put the model's tokenizer.json beside the file");
        }
        return root;
    }

    private void addedTokens() {
        ArrayNode added = root.putArray("added_tokens");
        for (int i = 0; i < types.length; i++) {
            boolean special = types[i] == CONTROL || types[i] == UNKNOWN;
            if ((special || types[i] == USER_DEFINED) && !tokens.get(i).isEmpty()) {
                added.addObject()
                        .put("id", i)
                        .put("content", tokens.get(i))
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", special);
            }
        }
    }

    private void byteLevel() {
        PreTokenization cut = PreTokenization.named(metadata.string(KEY + "pre", "default"), source);
        boolean prefixSpace = metadata.flag(KEY + "add_space_prefix", false);
        root.putNull("normalizer");
        if (cut.nfc()) {
            root.putObject("normalizer").put("type", "NFC");
        }
        ArrayNode steps =
                root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        if (cut.digits()) {
            steps.addObject().put("type", "Digits").put("individual_digits", true);
        }
        for (String pattern : cut.patterns()) {
            ObjectNode split = steps.addObject().put("type", "Split").put("behavior", "Isolated");
            split.put("invert", false).putObject("pattern").put("Regex", pattern);
        }
        byteLevel(steps.addObject(), prefixSpace, cut.patterns().isEmpty());
        byteLevel(root.putObject("decoder"), true, true);
        bos(cut.bos());
        ObjectNode model = model(cut.wholeWords(), false);
        ArrayNode merges = model.putArray("merges");
        metadata.strings(KEY + "merges").forEach(merges::add);
    }

    private static void byteLevel(ObjectNode node, boolean prefixSpace, boolean regex) {
        node.put("type", "ByteLevel").put("add_prefix_space", prefixSpace);
        node.put("trim_offsets", true).put("use_regex", regex);
    }

    /** SentencePiece's BPE: the pair whose joined piece has the best score is merged first, the rest falls back to bytes. */
    private void sentencePiece() {
        boolean prefixSpace = metadata.flag(KEY + "add_space_prefix", true);
        ArrayNode normalizers =
                root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        if (prefixSpace) {
            normalizers.addObject().put("type", "Prepend").put("prepend", SPACE);
        }
        replace(normalizers.addObject(), " ", SPACE);
        root.putNull("pre_tokenizer");
        ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
        replace(decoders.addObject(), SPACE, " ");
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        if (prefixSpace) {
            decoders.addObject()
                    .put("type", "Strip")
                    .put("content", " ")
                    .put("start", 1)
                    .put("stop", 0);
        }
        bos(true);
        ObjectNode model = model(false, true);
        if (metadata.hasId(KEY + "unknown_token_id")) {
            model.put("unk_token", token("unknown_token_id"));
        }
        merges(model.putArray("merges"));
    }

    private static void replace(ObjectNode node, String from, String to) {
        node.put("type", "Replace").put("content", to).putObject("pattern").put("String", from);
    }

    private ObjectNode model(boolean ignoreMerges, boolean byteFallback) {
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.putNull("dropout").putNull("unk_token");
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", byteFallback).put("byte_fallback", byteFallback);
        model.put("ignore_merges", ignoreMerges);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int i = 0; i < tokens.size(); i++) {
            if (vocabulary.has(tokens.get(i))) {
                throw new CheckpointException(
                        source, KEY + "tokens", "holds '" + tokens.get(i) + "' twice, the second time as token " + i);
            }
            vocabulary.put(tokens.get(i), i);
        }
        return model;
    }

    private record Merge(String left, String right, double score) {}

    private void merges(ArrayNode merges) {
        double[] scores = metadata.numbers(KEY + "scores");
        checkLength("scores", scores.length);
        Map<String, Integer> pieces = new HashMap<>();
        for (int i = 0; i < types.length; i++) {
            if (types[i] == NORMAL) {
                pieces.put(tokens.get(i), i);
            }
        }
        Map<Integer, List<Merge>> found = new LinkedHashMap<>();
        for (int i = 0; i < types.length; i++) {
            if (types[i] == NORMAL) {
                found.put(i, splits(tokens.get(i), pieces, scores, scores[i]));
            }
        }
        // The sort is stable: pieces of one score stay in the vocabulary's order.
        found.values().stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparingDouble(Merge::score).reversed())
                .forEach(merge -> merges.addArray().add(merge.left()).add(merge.right()));
    }

    private List<Merge> splits(String piece, Map<String, Integer> pieces, double[] scores, double score) {
        if (piece.length() > LONGEST_PIECE) {
            throw new CheckpointException(
                    source,
                    KEY + "tokens",
                    "holds a piece of " + piece.length() + " characters; at most " + LONGEST_PIECE + " are taken");
        }
        List<Merge> result = new ArrayList<>();
        for (int cut = 1; cut < piece.length(); cut++) {
            String left = piece.substring(0, cut);
            String right = piece.substring(cut);
            if (pieces.containsKey(left) && pieces.containsKey(right)) {
                result.add(new Merge(left, right, score));
            }
        }
        Comparator<Merge> byParts = Comparator.comparingDouble(m -> scores[pieces.getOrDefault(m.left(), 0)]);
        result.sort(byParts.thenComparingDouble(m -> scores[pieces.getOrDefault(m.right(), 0)])
                .reversed());
        return result;
    }

    private void bos(boolean otherwise) {
        boolean wanted = metadata.flag(KEY + "add_bos_token", otherwise && metadata.hasId(KEY + "bos_token_id"));
        root.putNull("post_processor");
        if (!wanted) {
            return;
        }
        String bos = token("bos_token_id");
        ObjectNode processor = root.putObject("post_processor").put("type", "TemplateProcessing");
        for (String form : List.of("single", "pair")) {
            ArrayNode pieces = processor.putArray(form);
            pieces.addObject().putObject("SpecialToken").put("id", bos).put("type_id", 0);
            pieces.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
            if (form.equals("pair")) {
                pieces.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
            }
        }
        ObjectNode special = processor.putObject("special_tokens").putObject(bos);
        special.put("id", bos).putArray("ids").add(metadata.id(KEY + "bos_token_id"));
        special.putArray("tokens").add(bos);
    }

    private String token(String name) {
        int id = metadata.id(KEY + name);
        if (id < 0 || id >= tokens.size()) {
            throw new CheckpointException(
                    source, KEY + name, "is " + id + ", but there are " + tokens.size() + " tokens");
        }
        return tokens.get(id);
    }

    private void checkLength(String name, int length) {
        if (length != tokens.size()) {
            throw new CheckpointException(
                    source, KEY + name, "has " + length + " items for " + tokens.size() + " tokens");
        }
    }
}
