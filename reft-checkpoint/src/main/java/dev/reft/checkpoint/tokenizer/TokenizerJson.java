package dev.reft.checkpoint.tokenizer;

import dev.reft.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a {@code tokenizer.json} says: its vocabulary, its added tokens, the tokens before a prompt. */
final class TokenizerJson {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** Many times the largest vocabulary; a table of this size is still small. */
    private static final int LARGEST_ID = 1 << 23;

    private static final long MOST_BYTES = 256L << 20;

    private final ObjectNode tree;
    private final Path source;
    private final Map<String, Integer> vocabulary = new HashMap<>();
    private final List<AddedToken> added = new ArrayList<>();

    private TokenizerJson(ObjectNode tree, Path source) {
        this.tree = tree;
        this.source = source;
        readVocabulary();
        for (JsonNode token : tree.path("added_tokens")) {
            added.add(readAdded(token));
        }
        tree.putNull("truncation");
        tree.putNull("padding");
    }

    static TokenizerJson read(Path file) throws IOException {
        return parse(bytes(file, MOST_BYTES), file);
    }

    /** A file's bytes, if it is not absurdly large. */
    static byte[] bytes(Path file, long most) throws IOException {
        long size = Files.size(file);
        if (size > most) {
            throw new CheckpointException(
                    file, "file", "is " + size + " bytes long, more than the " + most + " that are read");
        }
        return Files.readAllBytes(file);
    }

    static TokenizerJson parse(byte[] json, Path source) {
        JsonNode root;
        try {
            root = MAPPER.readTree(json);
        } catch (JacksonException e) {
            throw new CheckpointException(source, "JSON", e.getOriginalMessage(), e);
        }
        return of(root, source);
    }

    static TokenizerJson of(JsonNode root, Path source) {
        if (!(root instanceof ObjectNode object)) {
            throw new CheckpointException(source, "JSON", "must be an object, not " + root.getNodeType());
        }
        if (!object.path("model").isObject()) {
            throw new CheckpointException(
                    source,
                    "model",
                    "must be an object, not " + object.path("model").getNodeType());
        }
        return new TokenizerJson(object.deepCopy(), source);
    }

    private void readVocabulary() {
        JsonNode words = tree.path("model").path("vocab");
        if (words instanceof ObjectNode map) {
            for (Map.Entry<String, JsonNode> word : map.properties()) {
                vocabulary.put(word.getKey(), id(word.getValue(), "model.vocab['" + word.getKey() + "']"));
            }
        } else if (words instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                vocabulary.put(list.get(i).path(0).asString(""), i);
            }
        } else {
            throw new CheckpointException(
                    source, "model.vocab", "must be an object or a list, not " + words.getNodeType());
        }
    }

    private AddedToken readAdded(JsonNode token) {
        String content =
                token.path("content").isString() ? token.path("content").asString() : "";
        if (content.isEmpty()) {
            throw new CheckpointException(source, "added_tokens", "holds a token without content: " + token);
        }
        Integer known = vocabulary.get(content);
        int id = known != null ? known : id(token.path("id"), "added_tokens['" + content + "'].id");
        return new AddedToken(id, content, token.path("special").asBoolean(false));
    }

    private int id(JsonNode node, String field) {
        if (!node.isInt() || node.intValue() < 0 || node.intValue() > LARGEST_ID) {
            throw new CheckpointException(source, field, "must be a token id, not " + node);
        }
        return node.intValue();
    }

    JsonNode tree() {
        return tree;
    }

    Path source() {
        return source;
    }

    Map<String, Integer> vocabulary() {
        return vocabulary;
    }

    List<AddedToken> added() {
        return added;
    }

    /** The id of a token, by the file. */
    Optional<Integer> id(String token) {
        for (AddedToken one : added) {
            if (one.content().equals(token)) {
                return Optional.of(one.id());
            }
        }
        return Optional.ofNullable(vocabulary.get(token));
    }

    byte[] bytes() {
        return MAPPER.writeValueAsBytes(tree);
    }

    /** The tokens that the post-processor puts before a single text. */
    int[] prefix() {
        return frame("cls", false);
    }

    /** The tokens that the post-processor puts after a single text. */
    int[] suffix() {
        return frame("sep", true);
    }

    private int[] frame(String field, boolean after) {
        List<Integer> ids = new ArrayList<>();
        frame(tree.path("post_processor"), field, after, ids);
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private void frame(JsonNode processor, String field, boolean after, List<Integer> ids) {
        switch (processor.path("type").asString("")) {
            case "Sequence" -> processor.path("processors").forEach(part -> frame(part, field, after, ids));
            case "BertProcessing", "RobertaProcessing" ->
                ids.add(id(processor.path(field).path(1), "post_processor." + field));
            case "TemplateProcessing" -> {
                boolean passed = false;
                for (JsonNode piece : processor.path("single")) {
                    if (!piece.has("SpecialToken")) {
                        passed = true;
                        continue;
                    }
                    if (passed != after) {
                        continue;
                    }
                    String name = piece.path("SpecialToken").path("id").asString("");
                    JsonNode special = processor.path("special_tokens").path(name);
                    special.path("ids")
                            .forEach(i -> ids.add(id(i, "post_processor.special_tokens['" + name + "'].ids")));
                }
            }
            default -> {
                // ByteLevel and the like add no tokens.
            }
        }
    }

    /**
     * The same tokenizer with some tokens under other names: their old text is text like any other, their new text still
     * gives their id. Merges that would spell an old name are gone.
     */
    byte[] renamed(Map<String, String> names) {
        ObjectNode copy = tree.deepCopy();
        copy.putNull("post_processor");
        for (JsonNode token : copy.path("added_tokens")) {
            String name = names.get(token.path("content").asString(""));
            if (name != null) {
                ((ObjectNode) token).put("content", name);
            }
        }
        ObjectNode model = (ObjectNode) copy.path("model");
        String unknown = names.get(model.path("unk_token").asString(""));
        if (unknown != null) {
            model.put("unk_token", unknown);
        }
        Set<String> inside = new HashSet<>(names.keySet());
        inside.retainAll(vocabulary.keySet());
        if (!inside.isEmpty()) {
            renameWords(model, names);
            dropMerges(model, inside);
        }
        return MAPPER.writeValueAsBytes(copy);
    }

    private static void renameWords(ObjectNode model, Map<String, String> names) {
        JsonNode words = model.path("vocab");
        if (words instanceof ObjectNode map) {
            ObjectNode fresh = MAPPER.createObjectNode();
            map.properties()
                    .forEach(word -> fresh.set(names.getOrDefault(word.getKey(), word.getKey()), word.getValue()));
            model.set("vocab", fresh);
        } else {
            for (JsonNode word : words) {
                String name = names.get(word.path(0).asString(""));
                if (name != null) {
                    ((ArrayNode) word).set(0, name);
                }
            }
        }
    }

    private static void dropMerges(ObjectNode model, Set<String> gone) {
        if (!(model.path("merges") instanceof ArrayNode merges)) {
            return;
        }
        ArrayNode kept = MAPPER.createArrayNode();
        for (JsonNode merge : merges) {
            String[] pair = merge.isArray()
                    ? new String[] {merge.path(0).asString(""), merge.path(1).asString("")}
                    : merge.asString("").split(" ", 2);
            boolean touches = pair.length == 2
                    && (gone.contains(pair[0]) || gone.contains(pair[1]) || gone.contains(pair[0] + pair[1]));
            if (!touches) {
                kept.add(merge);
            }
        }
        model.set("merges", kept);
    }
}
