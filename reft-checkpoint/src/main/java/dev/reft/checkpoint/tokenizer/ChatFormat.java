package dev.reft.checkpoint.tokenizer;

import dev.reft.checkpoint.CheckpointException;
import dev.reft.checkpoint.template.ChatTemplate;
import dev.reft.checkpoint.template.RenderedChat;
import dev.reft.checkpoint.template.TemplateException;
import dev.reft.text.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a model writes chats: its chat templates and the special tokens that they read. Immutable and thread-safe.
 *
 * <p>A template is read when it is first used, so a model opens even if its template is outside the supported language.
 */
public final class ChatFormat {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final long MOST_BYTES = 16L << 20;
    private static final String DEFAULT = "default";
    private static final String GGUF_KEY = "tokenizer.chat_template";
    private static final List<String> SPECIAL =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final String source;
    private final Map<String, String> templates;
    private final Map<String, String> specials;
    private final Map<String, ChatTemplate> read = new ConcurrentHashMap<>();

    /**
     * A format.
     *
     * @param source what messages call it, such as a file
     * @param templates their texts by name; a single one is called {@code default}, one for tools {@code tool_use}
     * @param specials the texts of special tokens by the names under which templates read them ({@code bos_token}, ...)
     */
    public ChatFormat(String source, Map<String, String> templates, Map<String, String> specials) {
        this.source = source;
        this.templates = Map.copyOf(templates);
        this.specials = Map.copyOf(specials);
    }

    /**
     * Reads {@code chat_template.jinja}, {@code additional_chat_templates/} and {@code tokenizer_config.json}.
     *
     * @param directory of a model
     * @return the format, empty if the directory has no chat template
     * @throws IOException if a file cannot be read
     * @throws CheckpointException if a file is malformed
     */
    public static Optional<ChatFormat> ofDirectory(Path directory) throws IOException {
        Map<String, String> templates = new LinkedHashMap<>();
        Map<String, String> specials = new LinkedHashMap<>();
        Path config = directory.resolve("tokenizer_config.json");
        if (Files.isRegularFile(config)) {
            readConfig(config, templates, specials);
        }
        Path more = directory.resolve("additional_chat_templates");
        if (Files.isDirectory(more)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(more, "*.jinja")) {
                for (Path file : files) {
                    String name = String.valueOf(file.getFileName());
                    templates.put(name.substring(0, name.length() - ".jinja".length()), text(file));
                }
            }
        }
        Path single = directory.resolve("chat_template.jinja");
        if (Files.isRegularFile(single)) {
            templates.put(DEFAULT, text(single));
        }
        String source = (Files.isRegularFile(single) ? single : config).toString();
        return templates.isEmpty() ? Optional.empty() : Optional.of(new ChatFormat(source, templates, specials));
    }

    /** The template that is used without tools. */
    Optional<String> text() {
        return Optional.ofNullable(templates.get(DEFAULT));
    }

    private static String text(Path file) throws IOException {
        return new String(TokenizerJson.bytes(file, MOST_BYTES), StandardCharsets.UTF_8);
    }

    private static void readConfig(Path file, Map<String, String> templates, Map<String, String> specials)
            throws IOException {
        JsonNode tree;
        try {
            tree = MAPPER.readTree(TokenizerJson.bytes(file, MOST_BYTES));
        } catch (JacksonException e) {
            throw new CheckpointException(file, "JSON", e.getOriginalMessage(), e);
        }
        JsonNode given = tree.path("chat_template");
        if (given.isString()) {
            templates.put(DEFAULT, given.asString());
        } else if (given.isArray()) {
            for (JsonNode one : given) {
                if (!one.path("name").isString() || !one.path("template").isString()) {
                    throw new CheckpointException(file, "chat_template", "must hold pairs of name and template");
                }
                templates.put(one.path("name").asString(), one.path("template").asString());
            }
        } else if (!given.isMissingNode() && !given.isNull()) {
            throw new CheckpointException(
                    file, "chat_template", "must be a string or a list, not " + given.getNodeType());
        }
        for (String name : SPECIAL) {
            JsonNode token = tree.path(name);
            JsonNode content = token.isObject() ? token.path("content") : token;
            if (content.isString()) {
                specials.put(name, content.asString());
            }
        }
    }

    /** The {@code eos_token} that {@code tokenizer_config.json} names, whether or not there is a chat template. */
    static Optional<String> endToken(Path directory) throws IOException {
        Path config = directory.resolve("tokenizer_config.json");
        Map<String, String> specials = new LinkedHashMap<>();
        if (Files.isRegularFile(config)) {
            readConfig(config, new LinkedHashMap<>(), specials);
        }
        return Optional.ofNullable(specials.get("eos_token"));
    }

    /**
     * Reads {@code tokenizer.chat_template} and the special tokens of a GGUF file's metadata.
     *
     * @param metadata the file's key-value pairs
     * @param source the file
     * @return the format, empty if the file has no chat template
     * @throws CheckpointException if a value is of the wrong type
     */
    public static Optional<ChatFormat> ofGguf(Map<String, ?> metadata, Path source) {
        GgufKeys keys = new GgufKeys(metadata, source);
        Map<String, String> templates = templates(keys, metadata);
        return templates.isEmpty()
                ? Optional.empty()
                : Optional.of(new ChatFormat(source + " " + GGUF_KEY, templates, specials(keys)));
    }

    /** Writes a GGUF file's templates and special tokens as a {@code tokenizer_config.json}, unless there is one. */
    static void writeGguf(Map<String, ?> metadata, Path source, Path directory) throws IOException {
        Path file = directory.resolve("tokenizer_config.json");
        if (Files.exists(file) || Files.exists(directory.resolve("chat_template.jinja"))) {
            return;
        }
        GgufKeys keys = new GgufKeys(metadata, source);
        Map<String, Object> config = new LinkedHashMap<>(specials(keys));
        Map<String, String> templates = templates(keys, metadata);
        if (templates.keySet().equals(Set.of(DEFAULT))) {
            config.put("chat_template", templates.get(DEFAULT));
        } else if (!templates.isEmpty()) {
            List<Map<String, String>> named = new ArrayList<>();
            templates.forEach((name, text) -> named.add(Map.of("name", name, "template", text)));
            config.put("chat_template", named);
        }
        if (!config.isEmpty()) {
            Files.write(file, MAPPER.writeValueAsBytes(config));
        }
    }

    private static Map<String, String> templates(GgufKeys keys, Map<String, ?> metadata) {
        String key = GGUF_KEY;
        Map<String, String> templates = new LinkedHashMap<>();
        for (String name : metadata.keySet()) {
            if (name.equals(key)) {
                templates.put(DEFAULT, keys.string(key));
            } else if (name.startsWith(key + ".")) {
                templates.put(name.substring(key.length() + 1), keys.string(name));
            }
        }
        return templates;
    }

    private static Map<String, String> specials(GgufKeys keys) {
        Map<String, String> specials = new LinkedHashMap<>();
        List<String> tokens = keys.has("tokenizer.ggml.tokens") ? keys.strings("tokenizer.ggml.tokens") : List.of();
        Map.of("bos", "bos_token", "eos", "eos_token", "unknown", "unk_token", "padding", "pad_token")
                .forEach((kind, name) -> {
                    String idKey = "tokenizer.ggml." + kind + "_token_id";
                    if (keys.has(idKey) && keys.id(idKey) >= 0 && keys.id(idKey) < tokens.size()) {
                        specials.put(name, tokens.get(keys.id(idKey)));
                    }
                });
        return specials;
    }

    /**
     * The text of a special token.
     *
     * @param name such as {@code eos_token}
     * @return its text, empty if the model has none
     */
    public Optional<String> special(String name) {
        return Optional.ofNullable(specials.get(name));
    }

    /**
     * Writes a chat as the model expects it.
     *
     * @param chat the messages
     * @param openAnswer whether the assistant's turn is opened at the end
     * @param variables for the template: tools, enable_thinking, date_string, ...; their strings are not trusted
     * @return the text
     * @throws TemplateException if the template refuses the chat, or is outside the language; the message names the line
     */
    public RenderedChat render(List<Message> chat, boolean openAnswer, Map<String, Object> variables) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("tools", null);
        all.put("documents", null);
        specials.forEach((name, text) -> all.put(name, new ChatTemplate.Trusted(text)));
        all.putAll(variables);
        all.put("messages", chat);
        all.put("add_generation_prompt", openAnswer);
        return template(all.get("tools") != null).render(all);
    }

    private ChatTemplate template(boolean tools) {
        String name = tools && templates.containsKey("tool_use") ? "tool_use" : DEFAULT;
        @Nullable String text = templates.get(name);
        if (text == null) {
            throw new IllegalArgumentException(
                    source + ": there is no default chat template; there are " + templates.keySet());
        }
        return read.computeIfAbsent(name, any -> ChatTemplate.parse(text, source));
    }
}
