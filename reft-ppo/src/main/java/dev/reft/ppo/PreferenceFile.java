package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.io.AtomicFiles;
import dev.reft.text.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Files of preference pairs, one JSON object a line. Errors name file, row, field and value.
 *
 * <pre>
 * {"prompt": "2+2=", "chosen": "4", "rejected": "5"}                                      text
 * {"prompt": [{"role": "user", ...}], "chosen": "4" or [{"role": "assistant", ...}], ...}  chat
 * {"chosen": [... whole conversation ...], "rejected": [... whole conversation ...]}      chat; the prompt is what both begin with
 * {"input": {"messages": [...]}, "preferred_output": [...], "non_preferred_output": [...]} OpenAI's
 * </pre>
 *
 * <p>{@code id} (or {@code prompt_id}), {@code margin}, {@code chosen_ended} and {@code rejected_ended} (false for an answer that was cut
 * off, true where absent) may be there; all other fields become attributes. Beside whole conversations a
 * {@code prompt} that is text is a copy of the first message in published data sets, and is ignored. A pair whose answers are the same
 * is left out and counted.
 */
public final class PreferenceFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private PreferenceFile() {}

    /**
     * Reads a file.
     *
     * @param file in UTF-8; blank lines are passed over
     * @return its pairs, a pair without an id being called {@code row_} and its line from 1
     * @throws IllegalArgumentException if a row is not in one of these forms, naming file, row, field and value
     * @throws UncheckedIOException if the file cannot be read
     */
    public static PairSet read(Path file) {
        PairSet.Collector pairs = new PairSet.Collector();
        int row = 0;
        for (String line : text(file).split("\n", -1)) {
            row++;
            if (!line.isBlank()) {
                PreferenceRow parsed = new PreferenceRow(file.toString(), row, parse(file, row, line));
                PreferencePair pair = parsed.pair();
                if (pair.chosen().equals(pair.rejected())) {
                    pairs.drop("equal");
                } else {
                    pairs.add(pair);
                }
            }
        }
        return pairs.finish();
    }

    private static JsonNode parse(Path file, int row, String line) {
        try {
            return JSON.readTree(line);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ", row " + row + ": no valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static String text(Path file) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": is not UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    /**
     * Writes pairs so that {@link #read} reads them, responses as their text, with a note of those that were cut off; the file appears whole or not at all.
     *
     * @param file replaced if it exists
     * @param pairs what to write; attributes must be text, numbers, booleans, lists or maps
     * @throws UncheckedIOException if writing fails
     */
    public static void write(Path file, List<PreferencePair> pairs) {
        StringBuilder lines = new StringBuilder();
        for (PreferencePair pair : pairs) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("id", pair.prompt().id());
            row.put("prompt", prompt(pair.prompt()));
            row.put("chosen", pair.chosen().text());
            row.put("rejected", pair.rejected().text());
            row.put("margin", pair.margin());
            ended(row, "chosen_ended", pair.chosen());
            ended(row, "rejected_ended", pair.rejected());
            pair.attributes().forEach(row::putIfAbsent);
            lines.append(JSON.writeValueAsString(row)).append('\n');
        }
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            AtomicFiles.writeText(file, lines.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file, e);
        }
    }

    private static void ended(Map<String, Object> row, String field, Response response) {
        if (!response.ended()) {
            row.put(field, false);
        }
    }

    /** Text, or a list of messages. */
    static Object prompt(Prompt prompt) {
        if (prompt.input() instanceof Prompt.Input.Text text) {
            return text.text();
        } else if (prompt.input() instanceof Prompt.Input.Chat chat) {
            return chat.messages().stream().map(PreferenceFile::fields).toList();
        }
        throw new IllegalArgumentException("prompt '" + prompt.id() + "' is of an unknown kind");
    }

    private static Map<String, Object> fields(Message message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("role", message.role());
        if (message.content() != null) {
            fields.put("content", message.content());
        }
        message.fields().forEach(fields::putIfAbsent);
        return fields;
    }
}
