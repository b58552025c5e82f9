package dev.reft.checkpoint.tokenizer;

import dev.reft.text.Message;
import dev.reft.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer of the Hugging Face kind, defined by a {@code tokenizer.json}; thread-safe.
 *
 * <p>Two native tokenizers are kept. One is the file's. In the other the control tokens bear random names: a control
 * token's text is text there like any other, and a trusted place in a rendered chat is marked with the random name, so
 * one call encodes trusted and untrusted text together, with every merge and space as in the reference.
 *
 * <p>Control tokens are the added tokens that the file calls special, those that end a completion, and those written
 * as {@code <|...|>}. Other added tokens (runs of spaces, {@code <think>}) are honoured everywhere.
 */
public final class HfTokenizer implements Tokenizer, AutoCloseable {
    private static final int NAME_LENGTH = 28;

    private final NativeTokenizer controls;
    private final NativeTokenizer plain;
    private final String source;
    private final String[] tokens;
    private final Map<String, Integer> ids;
    private final Map<String, String> names;
    private final int[] prefix;
    private final Set<Integer> endIds;
    private final int vocabularySize;

    private HfTokenizer(TokenizerJson json, Set<Integer> endIds, int modelVocabulary) {
        this.source = json.source();
        this.endIds = Set.copyOf(endIds);
        this.prefix = json.prefix();
        this.controls = new NativeTokenizer(json.bytes(), source);
        List<AddedToken> added = confirmed(json.added());
        this.names = secretNames(added);
        this.plain = new NativeTokenizer(json.renamed(names), source);
        this.ids = new HashMap<>(json.vocabulary());
        added.forEach(token -> ids.put(token.content(), token.id()));
        int size = 0;
        for (int id : ids.values()) {
            size = Math.max(size, id + 1);
        }
        this.tokens = new String[size];
        ids.forEach((token, id) -> tokens[id] = token);
        this.vocabularySize = Math.max(size, modelVocabulary);
        for (int id : this.endIds) {
            checkId(id);
        }
    }

    /**
     * Reads a {@code tokenizer.json}.
     *
     * @param file the file
     * @param endIds tokens that end a completion, as the model's configuration names them
     * @param modelVocabulary rows of the model's embedding, at times more than the tokenizer has tokens; 0 if unknown
     * @return the tokenizer
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it is no tokenizer; the message names file and field
     */
    public static HfTokenizer of(Path file, Set<Integer> endIds, int modelVocabulary) throws IOException {
        return of(Files.readAllBytes(file), file.toString(), endIds, modelVocabulary);
    }

    /**
     * Reads the bytes of a {@code tokenizer.json}.
     *
     * @param json its content
     * @param source what messages call it
     * @param endIds tokens that end a completion
     * @param modelVocabulary rows of the model's embedding, 0 if unknown
     * @return the tokenizer
     * @throws IllegalArgumentException if it is no tokenizer; the message names source and field
     */
    public static HfTokenizer of(byte[] json, String source, Set<Integer> endIds, int modelVocabulary) {
        return new HfTokenizer(TokenizerJson.parse(json, source), endIds, modelVocabulary);
    }

    /**
     * Builds the tokenizer that the metadata of a GGUF file describes.
     *
     * @param metadata the file's key-value pairs; lists as {@code List} or as arrays
     * @param source what messages call the file
     * @param endIds tokens that end a completion, beside those that the metadata names
     * @param modelVocabulary rows of the model's embedding, 0 if unknown
     * @return the tokenizer
     * @throws IllegalArgumentException if the metadata is no tokenizer, or of a kind that is not known (an unknown
     *     {@code tokenizer.ggml.pre} too: its tokens would be silently wrong); the message names source and key
     */
    public static HfTokenizer ofGguf(Map<String, ?> metadata, String source, Set<Integer> endIds, int modelVocabulary) {
        GgufMetadata values = new GgufMetadata(metadata, source);
        Set<Integer> ends = new LinkedHashSet<>(endIds);
        ends.addAll(GgufTokenizer.endIds(values));
        return new HfTokenizer(GgufTokenizer.json(values), ends, modelVocabulary);
    }

    /** Added tokens under the ids that the native tokenizer gives them; the file's numbers are only advice to it. */
    private List<AddedToken> confirmed(List<AddedToken> added) {
        List<AddedToken> result = new ArrayList<>();
        for (AddedToken token : added) {
            int[] encoded = controls.encode(token.content());
            int id = encoded.length == 1 ? encoded[0] : token.id();
            result.add(new AddedToken(id, token.content(), token.special()));
        }
        return result;
    }

    /** Names that nobody can guess, all of one length; no text has a chance to hold one. */
    private Map<String, String> secretNames(List<AddedToken> added) {
        SecureRandom random = new SecureRandom();
        Map<String, String> result = new HashMap<>();
        for (AddedToken token : added) {
            if (token.control(endIds)) {
                StringBuilder name = new StringBuilder();
                random.ints(NAME_LENGTH, 'a', 'z' + 1).forEach(name::appendCodePoint);
                result.put(token.content(), name.toString());
            }
        }
        return result;
    }

    @Override
    public int[] encode(String text) {
        return plain.encode(text);
    }

    @Override
    public int[] encodeControls(String text) {
        return controls.encode(text);
    }

    @Override
    public int[] encodePrompt(String text) {
        int[] body = encode(text);
        int[] all = new int[prefix.length + body.length];
        System.arraycopy(prefix, 0, all, 0, prefix.length);
        System.arraycopy(body, 0, all, prefix.length, body.length);
        return all;
    }

    @Override
    public String decode(int[] ids) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = checkId(ids[i]);
        }
        return controls.decode(wide);
    }

    private int checkId(int id) {
        if (id < 0 || id >= vocabularySize) {
            throw new IllegalArgumentException(
                    source + ": token id " + id + " is outside the vocabulary of " + vocabularySize);
        }
        return id;
    }

    @Override
    public Set<Integer> endIds() {
        return endIds;
    }

    /**
     * The size of the vocabulary.
     *
     * @return one more than the largest id: of the tokenizer, or of the model where that has more
     */
    public int vocabularySize() {
        return vocabularySize;
    }

    /**
     * Looks up a token's id.
     *
     * @param token as the vocabulary writes it (byte-level tokenizers write a space as {@code Ġ})
     * @return its id, or empty
     */
    public OptionalInt id(String token) {
        Integer id = ids.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /**
     * Looks up a token.
     *
     * @param id its id
     * @return the token as the vocabulary writes it, empty for an id that no token has
     * @throws IllegalArgumentException if the id is outside the vocabulary
     */
    public Optional<String> token(int id) {
        @Nullable String token = checkId(id) < tokens.length ? tokens[id] : null;
        return Optional.ofNullable(token);
    }

    /**
     * The texts that {@link #encode} never turns into their token.
     *
     * @return control tokens
     */
    public Set<String> controlTokens() {
        return names.keySet();
    }

    @Override
    public int[] render(List<Message> chat, boolean openAnswer, Map<String, Object> variables) {
        throw new IllegalStateException(source + ": no chat template");
    }

    /** Frees the native tokenizers; otherwise they are freed some time after the last use. */
    @Override
    public void close() {
        controls.close();
        plain.close();
    }
}
