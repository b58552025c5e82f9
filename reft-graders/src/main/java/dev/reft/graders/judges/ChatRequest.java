package dev.reft.graders.judges;

import dev.reft.graders.json.Json;
import dev.reft.text.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A question to a judge.
 *
 * @param model which model, or "" for the one that the chat model stands for
 * @param messages the chat so far, at least one
 * @param options how the judge samples
 * @param answer the shape that the answer should have, or null for free text
 */
public record ChatRequest(
        String model,
        List<Message> messages,
        Options options,
        @Nullable AnswerShape answer) {
    /**
     * Checks the request.
     *
     * @throws IllegalArgumentException if there is no message
     */
    public ChatRequest {
        messages = List.copyOf(messages);
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("a judge needs at least one message");
        }
    }

    /**
     * How a judge samples; null is the judge's own default.
     *
     * @param temperature &gt;= 0
     * @param topP in (0, 1]
     * @param seed for repeatable answers
     * @param maxTokens most tokens of the answer, &gt;= 1
     * @param reasoningEffort such as {@code low}
     */
    public record Options(
            @Nullable Double temperature,
            @Nullable Double topP,
            @Nullable Long seed,
            @Nullable Integer maxTokens,
            @Nullable String reasoningEffort) {
        /** The judge's own defaults. */
        public static final Options DEFAULT = new Options(null, null, null, null, null);

        /** The likeliest answer. */
        public static final Options GREEDY = new Options(0.0, null, 0L, null, null);
    }

    /**
     * A JSON schema for the answer. A server may ignore it; whoever reads the answer must not rely on it.
     *
     * @param name of letters, digits and underscores
     * @param schema the JSON schema, as {@link dev.reft.graders.json.Json} writes it
     */
    public record AnswerShape(String name, Map<String, Object> schema) {
        /** Copies the map. */
        public AnswerShape {
            schema = Map.copyOf(schema);
        }

        /** What a model is told that is not held to the schema otherwise. */
        String instruction() {
            return "Answer with JSON only, an object of this JSON schema: " + Json.write(schema);
        }
    }

    /** The messages with the answer's shape told in the last of them. */
    List<Message> messagesWithShape() {
        if (answer == null) {
            return messages;
        }
        List<Message> told = new ArrayList<>(messages);
        Message last = told.get(told.size() - 1);
        if (last.role().equals("user") && last.content() instanceof String text) {
            told.set(told.size() - 1, new Message("user", text + "\n\n" + answer.instruction(), last.fields()));
        } else {
            told.add(Message.user(answer.instruction()));
        }
        return told;
    }
}
