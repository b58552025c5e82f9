package dev.reft.checkpoint.tokenizer;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.template.RenderedChat;
import dev.reft.text.Message;
import dev.reft.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private final NativeTokenizer controls;
    private final NativeTokenizer plain;
    private final Path source;
    private final String[] tokens;
    private final Map<String, Integer> ids;
    private final ControlNames names;
    private final @Nullable ChatFormat format;
    private final int[] prefix;
    private final int[] suffix;
    private final Set<Integer> endIds;
    private final int vocabularySize;

    private HfTokenizer(TokenizerJson json, Set<Integer> endIds, int modelVocabulary, @Nullable ChatFormat format) {
        this.format = format;
        this.source = json.source();
        this.endIds = Set.copyOf(endIds);
        this.prefix = json.prefix();
        this.suffix = json.suffix();
        this.controls = new NativeTokenizer(json.bytes(), source);
        List<AddedToken> added = confirmed(json.added());
        this.names = new ControlNames(added, this.endIds);
        this.plain = new NativeTokenizer(json.renamed(names.names()), source);
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
     * Reads a {@code tokenizer.json} of a model without a chat template.
     *
     * @param file the file
     * @param endIds tokens that end a completion
     * @param modelVocabulary rows of the model's embedding, 0 if unknown
     * @return the tokenizer
     * @throws IOException if the file cannot be read
     * @throws CheckpointException if it is no tokenizer; the message names file and field
     */
    public static HfTokenizer of(Path file, Set<Integer> endIds, int modelVocabulary) throws IOException {
        return of(file, endIds, modelVocabulary, null);
    }

    /**
     * Reads a {@code tokenizer.json}.
     *
     * @param file the file
     * @param endIds tokens that end a completion, as the model's configuration names them
     * @param modelVocabulary rows of the model's embedding, at times more than the tokenizer has tokens; 0 if unknown
     * @param format how the model writes chats, null if it has no chat template
     * @return the tokenizer
     * @throws IOException if the file cannot be read
     * @throws CheckpointException if it is no tokenizer; the message names file and field
     */
    public static HfTokenizer of(Path file, Set<Integer> endIds, int modelVocabulary, @Nullable ChatFormat format)
            throws IOException {
        return new HfTokenizer(TokenizerJson.read(file), endIds, modelVocabulary, format);
    }

    /**
     * Reads the bytes of a {@code tokenizer.json}.
     *
     * @param json its content
     * @param source where it is from
     * @param endIds tokens that end a completion
     * @param modelVocabulary rows of the model's embedding, 0 if unknown
     * @param format how the model writes chats, null if it has no chat template
     * @return the tokenizer
     * @throws CheckpointException if it is no tokenizer; the message names source and field
     */
    public static HfTokenizer of(
            byte[] json, Path source, Set<Integer> endIds, int modelVocabulary, @Nullable ChatFormat format) {
        return new HfTokenizer(TokenizerJson.parse(json, source), endIds, modelVocabulary, format);
    }

    /**
     * Reads the tokenizer and the chat template of a Hugging Face directory.
     *
     * @param directory of the model
     * @param endIds tokens that end a completion; if there are none, {@code eos_token} of {@code tokenizer_config.json}
     *     is the one
     * @param modelVocabulary rows of the model's embedding, 0 if unknown
     * @return the tokenizer, empty if the directory has no {@code tokenizer.json}
     * @throws IOException if a file cannot be read
     * @throws CheckpointException if a file is malformed; the message names file and field
     */
    public static Optional<HfTokenizer> ofDirectory(Path directory, Set<Integer> endIds, int modelVocabulary)
            throws IOException {
        Path file = directory.resolve("tokenizer.json");
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        ChatFormat format = ChatFormat.ofDirectory(directory).orElse(null);
        TokenizerJson json = TokenizerJson.read(file);
        Set<Integer> ends = new LinkedHashSet<>(endIds);
        if (ends.isEmpty()) {
            ChatFormat.endToken(directory).flatMap(json::id).ifPresent(ends::add);
        }
        return Optional.of(new HfTokenizer(json, ends, modelVocabulary, format));
    }

    /**
     * Builds the tokenizer that the metadata of a GGUF file describes, chat template included; a {@code tokenizer.json}
     * beside the file wins over the vocabulary in it.
     *
     * @param metadata the file's key-value pairs; lists as {@code List} or as arrays
     * @param file the GGUF file
     * @param endIds tokens that end a completion, beside those that the metadata names
     * @param modelVocabulary rows of the model's embedding, 0 if unknown
     * @return the tokenizer, empty if the file has none: it is for token ids only
     * @throws IOException if the file beside cannot be read
     * @throws CheckpointException if the metadata is malformed, or of a kind that is not known (an unknown {@code
     *     tokenizer.ggml.pre} too: its tokens would be silently wrong); the message names file and key
     */
    public static Optional<HfTokenizer> ofGguf(
            Map<String, ?> metadata, Path file, Set<Integer> endIds, int modelVocabulary) throws IOException {
        GgufKeys keys = new GgufKeys(metadata, file);
        Path beside = file.resolveSibling("tokenizer.json");
        boolean wins = Files.isRegularFile(beside);
        if (!wins && !GgufTokenizer.isIn(keys)) {
            return Optional.empty();
        }
        Set<Integer> ends = new LinkedHashSet<>(endIds);
        ends.addAll(GgufTokenizer.endIds(keys));
        Path directory = beside.toAbsolutePath().getParent();
        Optional<ChatFormat> format = directory == null ? Optional.empty() : ChatFormat.ofDirectory(directory);
        TokenizerJson json = wins ? TokenizerJson.read(beside) : GgufTokenizer.json(keys);
        return Optional.of(new HfTokenizer(
                json,
                ends,
                modelVocabulary,
                format.or(() -> ChatFormat.ofGguf(metadata, file)).orElse(null)));
    }

    /**
     * Writes what a GGUF file says of its tokenizer as the files of a Hugging Face directory, where that lacks them: {@code
     * tokenizer.json}, and {@code tokenizer_config.json} with the chat templates and the names of special tokens.
     *
     * @param metadata the pairs whose key begins with {@code tokenizer.}
     * @param file the GGUF file, for messages
     * @param directory where to
     * @throws IOException if writing fails
     * @throws CheckpointException if the metadata is malformed or of a kind that is not supported
     */
    public static void writeGguf(Map<String, ?> metadata, Path file, Path directory) throws IOException {
        GgufKeys keys = new GgufKeys(metadata, file);
        Path json = directory.resolve("tokenizer.json");
        if (Files.notExists(json) && GgufTokenizer.isIn(keys)) {
            Files.write(json, GgufTokenizer.json(keys).bytes());
        }
        ChatFormat.writeGguf(metadata, file, directory);
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

    /**
     * Token ids of a text as sentence encoders read it: between the tokens that the tokenizer's post-processor puts before
     * and after a single text, such as BERT's {@code [CLS]} and {@code [SEP]}.
     *
     * @param text any text
     * @param most tokens to give; the end of a longer text is left out, the tokens around it are not
     * @return token ids
     * @throws IllegalArgumentException if not even the tokens around it fit
     */
    public int[] encodeFramed(String text, int most) {
        int room = most - prefix.length - suffix.length;
        if (room < 0) {
            throw new IllegalArgumentException(most + " tokens are fewer than the " + (most - room) + " around a text");
        }
        int[] body = encode(text);
        int kept = Math.min(room, body.length);
        int[] all = new int[prefix.length + kept + suffix.length];
        System.arraycopy(prefix, 0, all, 0, prefix.length);
        System.arraycopy(body, 0, all, prefix.length, kept);
        System.arraycopy(suffix, 0, all, prefix.length + kept, suffix.length);
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
        return Set.copyOf(names.names().keySet());
    }

    @Override
    public int[] render(List<Message> chat, boolean openAnswer, Map<String, Object> variables) {
        return plain.encode(
                names.name(format().render(chat, openAnswer, variables)).text());
    }

    /**
     * Renders a chat as {@link #render} does, and tells which tokens the assistant wrote, for templates that mark them
     * with {@code generation} blocks.
     *
     * @param chat the messages
     * @param variables for the template
     * @return the tokens; a token of which any character is the assistant's counts as the assistant's
     * @throws IllegalStateException if the model has no chat template
     * @throws IllegalArgumentException if the template refuses the chat, is outside the language, or marks the
     *     assistant's text inside a macro
     */
    public ChatTokens renderForTraining(List<Message> chat, Map<String, Object> variables) {
        RenderedChat rendered = format().render(chat, false, variables);
        if (rendered.generatedElsewhere()) {
            throw new IllegalArgumentException(
                    source + ": the chat template marks the assistant's text inside a macro, so its place is unknown");
        }
        ControlNames.Named named = names.name(rendered);
        return plain.encodeMarked(named.text(), named.generated());
    }

    /**
     * How the model writes chats.
     *
     * @return the format, empty if the model has no chat template
     */
    public Optional<ChatFormat> chatFormat() {
        return Optional.ofNullable(format);
    }

    private ChatFormat format() {
        if (format == null) {
            throw new IllegalStateException(source + ": the model has no chat template");
        }
        return format;
    }

    /** Frees the native tokenizers; otherwise they are freed some time after the last use. */
    @Override
    public void close() {
        controls.close();
        plain.close();
    }
}
