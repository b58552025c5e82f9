package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.ppo.data.JsonLines;
import dev.reft.text.Message;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What files of pairs and of marked answers have in common: rows of JSON, and prompts that are written as they are read. */
final class AnswerFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private AnswerFile() {}

    /**
     * Reads a file, blank lines passed over.
     *
     * @param own fields that the file's kind gives a meaning, beside those of the prompt
     * @param use hears of the rows, in order
     */
    static void read(Path file, Set<String> own, Consumer<AnswerRow> use) {
        int row = 0;
        for (String line : JsonLines.lines(file)) {
            row++;
            if (!line.isBlank()) {
                try {
                    use.accept(new AnswerRow(file.toString(), row, JSON.readTree(line), own));
                } catch (JacksonException e) {
                    throw new IllegalArgumentException(
                            file + ", row " + row + ": no valid JSON: " + e.getOriginalMessage(), e);
                }
            }
        }
    }

    /** A new row with the prompt. */
    static Map<String, Object> row(Prompt prompt) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", prompt.id());
        row.put("prompt", input(prompt));
        if (prompt.input() instanceof Prompt.Input.Chat chat) {
            Map<String, Object> variables = new LinkedHashMap<>(chat.variables());
            // An empty list is no tools to a reader, but a template may tell it from none.
            if (variables.get(AnswerRow.TOOLS) instanceof List<?> tools && !tools.isEmpty()) {
                row.put(AnswerRow.TOOLS, tools);
                variables.remove(AnswerRow.TOOLS);
            }
            if (!variables.isEmpty()) {
                row.put(AnswerRow.VARIABLES, variables);
            }
        }
        return row;
    }

    /** Text, or a list of messages. */
    static Object input(Prompt prompt) {
        if (prompt.input() instanceof Prompt.Input.Text text) {
            return text.text();
        } else if (prompt.input() instanceof Prompt.Input.Chat chat) {
            return chat.messages().stream().map(AnswerFile::fields).toList();
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

    /** Notes an answer that was cut off. */
    static void ended(Map<String, Object> row, String field, Response response) {
        if (!response.ended()) {
            row.put(field, false);
        }
    }

    /** Adds attributes, save those whose names have a meaning in the file: they would be read as something else. */
    static void attributes(Map<String, Object> row, Prompt prompt, Map<String, Object> attributes, Set<String> own) {
        boolean chat = prompt.input() instanceof Prompt.Input.Chat;
        attributes.forEach((name, value) -> {
            if (!AnswerRow.means(name, own, chat)) {
                row.put(name, value);
            }
        });
    }
}
