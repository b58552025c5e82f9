package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import dev.reft.grading.Prompt;
import dev.reft.text.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the data rows of OpenAI's reinforcement fine-tuning: {@code messages} become the chat, {@code tools} the template's
 * variable of that name, and the whole row becomes the {@code item} of the graders. A {@code developer} message becomes a
 * {@code system} message, since the templates of open models know no other; an assistant's {@code weight} has no meaning
 * here and is left out.
 *
 * @param referenceField the field that becomes a prompt's reference, for graders that are not OpenAI's; a row may lack it
 * @param told the form that the model is told to answer in, by a system message at the end of those that are there, or null:
 *     the hosted product constrains the answer without a word instead
 */
public record RftData(String referenceField, @Nullable ResponseFormat told) {
    /** The most rows of a training file in OpenAI's product. Not a limit here. */
    public static final int TRAINING_ROWS = 50_000;

    private static final Set<String> ROLES = Set.of("developer", "system", "user", "assistant", "tool");

    /**
     * A reader that takes {@code reference_answer} for the reference and tells the model nothing.
     *
     * @return the reader
     */
    public static RftData standard() {
        return new RftData("reference_answer", null);
    }

    /**
     * Reads a file.
     *
     * @param file JSONL
     * @return one prompt a row, named by the file and the row's number
     * @throws IllegalArgumentException if a row is wrong; the message names file, row, field and value
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public List<Prompt> read(Path file) {
        List<Prompt> prompts = new ArrayList<>();
        for (JsonLines.Row row : JsonLines.read(file)) {
            prompts.add(prompt(row));
        }
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException(file + ": has no rows");
        }
        return prompts;
    }

    /**
     * Reads one row.
     *
     * @param row of a file
     * @return its prompt, named by the file and the row's number
     * @throws IllegalArgumentException if the row is wrong; the message names file, row, field and value
     */
    public Prompt prompt(JsonLines.Row row) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        row.fields().forEach((name, value) -> {
            if (value != null) {
                attributes.put(name, value);
            }
        });
        attributes.remove("messages");
        attributes.put(OpenAiGrader.ITEM, row.fields());
        Map<String, Object> variables = new LinkedHashMap<>();
        Object tools = Json.withJavaNumbers(row.fields().get("tools"));
        if (tools instanceof List<?>) {
            variables.put("tools", tools);
        } else if (tools != null) {
            throw row.error("tools", "must be a list, found " + Fields.kind(tools));
        }
        Object reference = row.fields().get(referenceField);
        String text = reference == null ? "" : reference instanceof String given ? given : Json.write(reference);
        String id = row.file().getFileName() + ":" + row.number();
        return new Prompt(id, new Prompt.Input.Chat(messages(row), variables), text, attributes);
    }

    private List<Message> messages(JsonLines.Row row) {
        if (!(row.fields().get("messages") instanceof List<?> given) || given.isEmpty()) {
            throw row.error(
                    "messages",
                    "must be a list of messages, found "
                            + Fields.kind(row.fields().get("messages")));
        }
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            messages.add(message(row, "messages[" + i + "]", given.get(i)));
        }
        String last = messages.get(messages.size() - 1).role();
        if (!last.equals("user") && !last.equals("tool")) {
            throw row.error("messages", "must end with a user's message, ends with role '" + last + "'");
        }
        if (told != null) {
            int at = 0;
            while (at < messages.size() && messages.get(at).role().equals("system")) {
                at++;
            }
            messages.add(at, Message.system(told.instruction()));
        }
        return messages;
    }

    private static Message message(JsonLines.Row row, String field, @Nullable Object value) {
        Map<String, @Nullable Object> given = Json.object(value);
        if (given == null) {
            throw row.error(field, "must be an object, found " + Fields.kind(value));
        }
        if (!(given.get("role") instanceof String role) || !ROLES.contains(role)) {
            throw row.error(
                    field + ".role",
                    "must be developer, system, user, assistant or tool, found " + Fields.kind(given.get("role")));
        }
        Object content = Json.withJavaNumbers(given.get("content"));
        boolean silent = content == null && role.equals("assistant") && given.get("tool_calls") != null;
        if (!(content instanceof String) && !(content instanceof List) && !silent) {
            throw row.error(field + ".content", "must be text or a list of parts, found " + Fields.kind(content));
        }
        Map<String, Object> others = new LinkedHashMap<>();
        for (Map.Entry<String, @Nullable Object> entry : given.entrySet()) {
            Object other = Json.withJavaNumbers(entry.getValue());
            if (other != null && !Set.of("role", "content", "weight").contains(entry.getKey())) {
                others.put(entry.getKey(), other);
            }
        }
        return new Message(role.equals("developer") ? "system" : role, content, others);
    }
}
