package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.text.Message;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** One row of a file of preference pairs. */
final class PreferenceRow {
    /** Fields that have a meaning in such a file. */
    static final Set<String> OWN = Set.of(
            "margin",
            "weight",
            "chosen_ended",
            "rejected_ended",
            "chosen",
            "rejected",
            "input",
            "preferred_output",
            "non_preferred_output");

    private final AnswerRow row;
    private final boolean openAi;
    private final String chosen;
    private final String rejected;

    PreferenceRow(AnswerRow row) {
        this.row = row;
        openAi = row.has("preferred_output") || row.has("non_preferred_output");
        chosen = openAi ? "preferred_output" : "chosen";
        rejected = openAi ? "non_preferred_output" : "rejected";
    }

    PreferencePair pair() {
        JsonNode better = row.required(chosen);
        JsonNode worse = row.required(rejected);
        if (better.isString() != worse.isString()) {
            throw row.error(rejected, worse, "must have the form of '" + chosen + "': text or messages");
        }
        if (better.isString()) {
            return pair(openAi ? openAiInput() : row.input(), better.stringValue(), worse.stringValue());
        }
        return conversations(row.messages(chosen, better), row.messages(rejected, worse));
    }

    private PreferencePair conversations(List<Message> better, List<Message> worse) {
        int common = 0;
        while (common < Math.min(better.size(), worse.size()) - 1
                && better.get(common).equals(worse.get(common))) {
            common++;
        }
        String good = answer(better, common, chosen);
        String bad = answer(worse, common, rejected);
        if (common == 0) {
            return pair(openAi ? openAiInput() : row.chat(), good, bad);
        }
        List<Message> start = better.subList(0, common);
        JsonNode input = openAi ? row.given("input") : null;
        String field = openAi ? "input.messages" : "prompt";
        JsonNode prompt = !openAi ? row.given("prompt") : input == null ? null : input.get("messages");
        if (prompt != null && prompt.isArray() && !row.messages(field, prompt).equals(start)) {
            throw row.error(field, prompt, "is not what '" + chosen + "' and '" + rejected + "' begin with");
        }
        return pair(new Prompt.Input.Chat(start, row.variables(input)), good, bad);
    }

    private PreferencePair pair(Prompt.Input input, String better, String worse) {
        Prompt prompt = row.prompt(input);
        return new PreferencePair(
                prompt,
                new Response.Text(better, row.ended("chosen_ended")),
                new Response.Text(worse, row.ended("rejected_ended")),
                row.number("margin", 0, true),
                row.number("weight", 1, false),
                prompt.attributes());
    }

    private Prompt.Input openAiInput() {
        JsonNode input = row.required("input");
        JsonNode messages = input.get("messages");
        if (messages == null) {
            throw row.error("input", input, "must be an object with 'messages'");
        }
        return new Prompt.Input.Chat(row.messages("input.messages", messages), row.variables(input));
    }

    private String answer(List<Message> messages, int from, String field) {
        if (messages.size() != from + 1) {
            throw row.error(
                    field,
                    row.required(field),
                    "must end in one message of its own after what both answers begin with, found "
                            + (messages.size() - from));
        }
        return row.said(field, messages.get(from));
    }
}
