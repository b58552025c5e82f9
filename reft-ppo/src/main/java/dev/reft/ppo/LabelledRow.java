package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.text.Message;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** One row of a file of marked answers. */
final class LabelledRow {
    /** Fields that have a meaning in such a file. */
    static final Set<String> OWN = Set.of("completion", "completion_ended", "label");

    private LabelledRow() {}

    static LabelledResponse read(AnswerRow row) {
        JsonNode completion = row.required("completion");
        if (completion.isString()) {
            return response(row, row.input(), completion.stringValue());
        }
        List<Message> messages = row.messages("completion", completion);
        if (messages.size() != 1) {
            throw row.error("completion", completion, "must be one message, found " + messages.size());
        }
        return response(row, row.chat(), row.said("completion", messages.get(0)));
    }

    private static LabelledResponse response(AnswerRow row, Prompt.Input input, String text) {
        return new LabelledResponse(
                row.prompt(input), new Response.Text(text, row.ended("completion_ended")), row.truth("label"));
    }
}
