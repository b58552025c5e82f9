package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.text.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One row of a file of preference pairs. */
final class PreferenceRow {
    private static final Set<String> KNOWN = Set.of(
            "id",
            "prompt_id",
            "margin",
            "chosen_ended",
            "rejected_ended",
            "prompt",
            "chosen",
            "rejected",
            "input",
            "preferred_output",
            "non_preferred_output");
    private static final int SHOWN = 80;

    private final String file;
    private final int row;
    private final JsonNode node;

    PreferenceRow(String file, int row, JsonNode node) {
        this.file = file;
        this.row = row;
        this.node = node;
        if (!node.isObject()) {
            throw new IllegalArgumentException(file + ", row " + row + ": must be an object, found " + shown(node));
        }
    }

    PreferencePair pair() {
        boolean openAi = node.has("preferred_output") || node.has("non_preferred_output");
        String chosen = openAi ? "preferred_output" : "chosen";
        String rejected = openAi ? "non_preferred_output" : "rejected";
        JsonNode better = required(chosen);
        JsonNode worse = required(rejected);
        if (better.isString() != worse.isString()) {
            throw error(rejected, worse, "must have the form of '" + chosen + "': text or messages");
        }
        Map<String, Object> attributes = attributes();
        if (better.isString()) {
            return pair(input(openAi), better.stringValue(), worse.stringValue(), attributes);
        }
        return conversations(openAi, messages(chosen, better), messages(rejected, worse), chosen, rejected, attributes);
    }

    private PreferencePair conversations(
            boolean openAi,
            List<Message> better,
            List<Message> worse,
            String chosen,
            String rejected,
            Map<String, Object> attributes) {
        int common = 0;
        while (common < Math.min(better.size(), worse.size()) - 1
                && better.get(common).equals(worse.get(common))) {
            common++;
        }
        String good = answer(better, common, chosen);
        String bad = answer(worse, common, rejected);
        if (common == 0) {
            return pair(asChat(input(openAi)), good, bad, attributes);
        }
        List<Message> start = better.subList(0, common);
        JsonNode prompt = node.get("prompt");
        if (prompt != null && prompt.isArray() && !messages("prompt", prompt).equals(start)) {
            throw error("prompt", prompt, "is not what '" + chosen + "' and '" + rejected + "' begin with");
        }
        return pair(new Prompt.Input.Chat(start, Map.of()), good, bad, attributes);
    }

    private PreferencePair pair(Prompt.Input input, String chosen, String rejected, Map<String, Object> attributes) {
        Prompt prompt = new Prompt(id(), input, "", attributes);
        return new PreferencePair(
                prompt,
                new Response.Text(chosen, ended("chosen_ended")),
                new Response.Text(rejected, ended("rejected_ended")),
                margin(),
                attributes);
    }

    /** Answers in data are whole unless the row says otherwise. */
    private boolean ended(String field) {
        JsonNode ended = node.get(field);
        if (ended == null || ended.isNull()) {
            return true;
        }
        if (!ended.isBoolean()) {
            throw error(field, ended, "must be true or false");
        }
        return ended.booleanValue();
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

    private double margin() {
        JsonNode margin = node.get("margin");
        if (margin == null || margin.isNull()) {
            return 0;
        }
        if (!margin.isNumber() || !(margin.doubleValue() >= 0) || Double.isInfinite(margin.doubleValue())) {
            throw error("margin", margin, "must be a finite number that is not negative");
        }
        return margin.doubleValue();
    }

    private Prompt.Input input(boolean openAi) {
        if (openAi) {
            JsonNode input = required("input");
            JsonNode messages = input.get("messages");
            if (messages == null) {
                throw error("input", input, "must be an object with 'messages'");
            }
            Map<String, Object> variables = new LinkedHashMap<>();
            JsonNode tools = input.get("tools");
            if (tools != null && tools.isArray() && !tools.isEmpty()) {
                variables.put("tools", plain(tools));
            }
            return new Prompt.Input.Chat(messages("input.messages", messages), variables);
        }
        JsonNode prompt = required("prompt");
        return prompt.isString()
                ? new Prompt.Input.Text(prompt.stringValue())
                : new Prompt.Input.Chat(messages("prompt", prompt), Map.of());
    }

    /** Beside answers that are messages a prompt that is text is the user's message. */
    private static Prompt.Input asChat(Prompt.Input input) {
        return input instanceof Prompt.Input.Text text
                ? new Prompt.Input.Chat(List.of(Message.user(text.text())), Map.of())
                : input;
    }

    private String answer(List<Message> messages, int from, String field) {
        Message last = messages.get(messages.size() - 1);
        if (messages.size() != from + 1) {
            throw error(
                    field,
                    required(field),
                    "must end in one message of its own after what both answers begin with, found "
                            + (messages.size() - from));
        }
        if (!last.role().equals("assistant") || !(last.content() instanceof String text)) {
            throw error(field, required(field), "must end in an assistant's message whose content is text");
        }
        return text;
    }

    private List<Message> messages(String field, JsonNode value) {
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

    private Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!KNOWN.contains(entry.getKey()) && !entry.getValue().isNull()) {
                attributes.put(entry.getKey(), plain(entry.getValue()));
            }
        }
        return attributes;
    }

    private static Object plain(JsonNode value) {
        return JsonMapper.shared().treeToValue(value, Object.class);
    }

    private JsonNode required(String field) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            throw error(field, value, "is missing");
        }
        return value;
    }

    private IllegalArgumentException error(String field, @Nullable JsonNode value, String rule) {
        String found = value == null ? "" : ", value " + shown(value);
        return new IllegalArgumentException(file + ", row " + row + ", field '" + field + "'" + found + ": " + rule);
    }

    private static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }
}
