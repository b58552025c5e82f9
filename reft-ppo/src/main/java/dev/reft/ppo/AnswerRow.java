package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.text.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One row of a file of pairs or of marked answers: its prompt in all forms, its answers' parts, and errors that say where they are. */
final class AnswerRow {
    /** The chat template's tools, as TRL calls the column. */
    static final String TOOLS = "tools";
    /** The chat template's other variables, as TRL calls the column. */
    static final String VARIABLES = "chat_template_kwargs";

    private static final Set<String> PROMPT = Set.of("id", "prompt_id", "prompt");
    private static final Set<String> CHAT = Set.of(TOOLS, VARIABLES);
    private static final int SHOWN = 80;

    private final String file;
    private final int row;
    private final JsonNode node;
    private final Set<String> own;

    AnswerRow(String file, int row, JsonNode node, Set<String> own) {
        this.file = file;
        this.row = row;
        this.node = node;
        this.own = own;
        if (!node.isObject()) {
            throw new IllegalArgumentException(file + ", row " + row + ": must be an object, found " + shown(node));
        }
    }

    /** Whether a field is more than an attribute. Text has no template, so its row's tools are. */
    static boolean means(String field, Set<String> own, boolean chat) {
        return PROMPT.contains(field) || own.contains(field) || chat && CHAT.contains(field);
    }

    boolean has(String field) {
        return node.has(field);
    }

    /** A field's value, null if it is absent or null. */
    @Nullable
    JsonNode given(String field) {
        JsonNode value = node.get(field);
        return value == null || value.isNull() ? null : value;
    }

    JsonNode required(String field) {
        JsonNode value = given(field);
        if (value == null) {
            throw error(field, node.get(field), "is missing");
        }
        return value;
    }

    /** The prompt of an input that was read, with the row's id and attributes. */
    Prompt prompt(Prompt.Input input) {
        boolean chat = input instanceof Prompt.Input.Chat;
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!means(entry.getKey(), own, chat) && !entry.getValue().isNull()) {
                attributes.put(entry.getKey(), plain(entry.getValue()));
            }
        }
        return new Prompt(id(), input, "", attributes);
    }

    private String id() {
        for (String field : List.of("id", "prompt_id")) {
            JsonNode id = node.get(field);
            if (id != null && (id.isString() || id.isNumber())) {
                return id.asString();
            }
        }
        return "row_" + row;
    }

    /** The field {@code prompt}: text, or messages. */
    Prompt.Input input() {
        JsonNode prompt = required("prompt");
        return prompt.isString()
                ? new Prompt.Input.Text(prompt.stringValue())
                : new Prompt.Input.Chat(messages("prompt", prompt), variables(null));
    }

    /** Beside answers that are messages a prompt that is text is the user's message. */
    Prompt.Input chat() {
        Prompt.Input input = input();
        return input instanceof Prompt.Input.Text text
                ? new Prompt.Input.Chat(List.of(Message.user(text.text())), variables(null))
                : input;
    }

    /** Variables of the chat template: the row's own, and tools; with OpenAI's form these may stand in the input. */
    Map<String, Object> variables(@Nullable JsonNode input) {
        Map<String, Object> variables = new LinkedHashMap<>();
        JsonNode given = given(VARIABLES);
        if (given != null) {
            if (!given.isObject()) {
                throw error(VARIABLES, given, "must be an object, names to what the chat template reads");
            }
            for (Map.Entry<String, JsonNode> entry : given.properties()) {
                if (!entry.getValue().isNull()) {
                    variables.put(entry.getKey(), plain(entry.getValue()));
                }
            }
        }
        JsonNode inside = input == null ? null : input.get(TOOLS);
        List<?> tools = inside == null ? tools(TOOLS, node.get(TOOLS)) : tools("input.tools", inside);
        if (!tools.isEmpty()) {
            Object other = variables.put(TOOLS, tools);
            if (other != null && !other.equals(tools)) {
                throw error(VARIABLES, given, "has other tools than the field '" + TOOLS + "'");
            }
        }
        return variables;
    }

    /** A list, or the text of one, as data sets have it whose columns must be of one type. */
    private List<?> tools(String field, @Nullable JsonNode value) {
        if (value == null
                || value.isNull()
                || value.isString() && value.stringValue().isBlank()) {
            return List.of();
        }
        JsonNode tools = value;
        if (value.isString()) {
            try {
                tools = JsonMapper.shared().readTree(value.stringValue());
            } catch (JacksonException e) {
                throw error(field, value, "must be a list of tools, but is text that is no JSON");
            }
        }
        if (!tools.isArray()) {
            throw error(field, value, "must be a list of tools");
        }
        return (List<?>) plain(tools);
    }

    List<Message> messages(String field, JsonNode value) {
        if (!value.isArray() || value.isEmpty()) {
            throw error(field, value, "must be text or a list of messages that is not empty");
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode item : value) {
            JsonNode role = item.get("role");
            if (role == null || !role.isString()) {
                throw error(field, item, "must be a message with a role");
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : item.properties()) {
                if (!entry.getKey().equals("role")
                        && !entry.getKey().equals("content")
                        && !entry.getValue().isNull()) {
                    fields.put(entry.getKey(), plain(entry.getValue()));
                }
            }
            JsonNode content = item.get("content");
            messages.add(new Message(
                    role.stringValue(), content == null || content.isNull() ? null : plain(content), fields));
        }
        return messages;
    }

    /** What an assistant's message says. A call of a tool is no text, and to leave it out would teach another answer. */
    String said(String field, Message message) {
        if (!message.role().equals("assistant") || !(message.content() instanceof String text)) {
            throw error(field, required(field), "must end in an assistant's message whose content is text");
        }
        if (message.fields().get("tool_calls") instanceof List<?> calls && !calls.isEmpty()) {
            throw error(
                    field,
                    required(field),
                    "must not end in calls of tools; write them into the content as the model writes them");
        }
        return text;
    }

    /** Answers in data are whole unless the row says otherwise. */
    boolean ended(String field) {
        return given(field) == null || truth(field);
    }

    boolean truth(String field) {
        JsonNode value = required(field);
        if (!value.isBoolean()) {
            throw error(field, value, "must be true or false");
        }
        return value.booleanValue();
    }

    /** A finite number of which zero may or may not be one; negative ones are not. */
    double number(String field, double absent, boolean zero) {
        JsonNode value = given(field);
        if (value == null) {
            return absent;
        }
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!(number > 0 || zero && number == 0) || Double.isInfinite(number)) {
            throw error(
                    field,
                    value,
                    zero ? "must be a finite number that is not negative" : "must be a finite number above 0");
        }
        return number;
    }

    private static Object plain(JsonNode value) {
        return JsonMapper.shared().treeToValue(value, Object.class);
    }

    IllegalArgumentException error(String field, @Nullable JsonNode value, String rule) {
        String found = value == null ? "" : ", value " + shown(value);
        return new IllegalArgumentException(file + ", row " + row + ", field '" + field + "'" + found + ": " + rule);
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }
}
