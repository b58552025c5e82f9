package dev.reft.graders.judges;

import dev.reft.graders.json.Json;
import dev.reft.graders.json.JsonException;
import dev.reft.text.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The bodies of a chat completion: what is sent, and what came back. */
record ChatWire(HttpChatModel.Structured structured, String maxTokensField) {
    private static final int EXCERPT = 300;

    /** What a body says: a problem, or a refusal, or a text. */
    record Reply(@Nullable String problem, @Nullable String refusal, String text, String model, TokenUsage usage) {}

    Map<String, @Nullable Object> request(String model, ChatRequest request) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("model", model);
        List<Object> messages = new ArrayList<>();
        boolean told = structured != HttpChatModel.Structured.JSON_SCHEMA;
        for (Message message : told ? request.messagesWithShape() : request.messages()) {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("role", message.role());
            one.put("content", message.content());
            one.putAll(message.fields());
            messages.add(one);
        }
        body.put("messages", messages);
        ChatRequest.Options options = request.options();
        put(body, "temperature", options.temperature());
        put(body, "top_p", options.topP());
        put(body, "seed", options.seed());
        put(body, maxTokensField, options.maxTokens());
        put(body, "reasoning_effort", options.reasoningEffort());
        ChatRequest.AnswerShape answer = request.answer();
        if (answer != null && structured == HttpChatModel.Structured.JSON_SCHEMA) {
            body.put(
                    "response_format",
                    Map.of(
                            "type",
                            "json_schema",
                            "json_schema",
                            Map.of("name", answer.name(), "strict", true, "schema", answer.schema())));
        } else if (answer != null && structured == HttpChatModel.Structured.JSON_OBJECT) {
            body.put("response_format", Map.of("type", "json_object"));
        }
        return body;
    }

    private static void put(Map<String, @Nullable Object> body, String field, @Nullable Object value) {
        if (value != null) {
            body.put(field, value);
        }
    }

    /** Reads an answer of status 2xx; a server that lies is a problem, not an exception. */
    static Reply reply(String body, String asked, UnaryOperator<String> clean) {
        Map<String, @Nullable Object> fields;
        try {
            fields = Json.object(Json.readLenient(body));
        } catch (JsonException e) {
            return problem("the answer is not JSON: " + excerpt(clean.apply(body)));
        }
        if (fields == null || fields.get("error") != null) {
            return problem("the answer is an error or no object: " + excerpt(clean.apply(body)));
        }
        if (!(fields.get("choices") instanceof List<?> choices) || choices.isEmpty()) {
            return problem("the answer has no choices: " + excerpt(clean.apply(body)));
        }
        Map<String, @Nullable Object> choice = Json.object(choices.get(0));
        Map<String, @Nullable Object> message = choice == null ? null : Json.object(choice.get("message"));
        if (choice == null || message == null) {
            return problem("the first choice has no message: " + excerpt(clean.apply(body)));
        }
        String model = fields.get("model") instanceof String name && name.length() <= 200 ? name : asked;
        TokenUsage usage = usage(fields.get("usage"));
        String text = text(message.get("content"));
        if (message.get("refusal") instanceof String refusal && !refusal.isEmpty()) {
            return new Reply(null, refusal, "", model, usage);
        }
        if ("content_filter".equals(choice.get("finish_reason"))) {
            return new Reply(null, "its answer was filtered", "", model, usage);
        }
        // A reasoning model that spent its tokens on thinking has no content: an answer that holds no verdict.
        return new Reply(null, null, text == null ? "" : text, model, usage);
    }

    /** Whether a server refused a question for its length: by OpenAI's code, llama.cpp's type, or in the words that servers share. */
    static boolean saysTooLong(int status, String body) {
        return (status == 400 || status == 413)
                && (body.contains("context_length_exceeded")
                        || body.contains("exceed_context_size_error")
                        || body.contains("maximum context length"));
    }

    private static @Nullable String text(@Nullable Object content) {
        if (content instanceof String text) {
            return text;
        }
        if (!(content instanceof List<?> parts)) {
            return null;
        }
        StringBuilder joined = new StringBuilder();
        for (Object part : parts) {
            Map<String, @Nullable Object> fields = Json.object(part);
            if (fields != null && fields.get("text") instanceof String text) {
                joined.append(text);
            }
        }
        return joined.toString();
    }

    private static TokenUsage usage(@Nullable Object value) {
        Map<String, @Nullable Object> usage = Json.object(value);
        if (usage == null) {
            return TokenUsage.NONE;
        }
        Map<String, @Nullable Object> details = Json.object(usage.get("prompt_tokens_details"));
        return new TokenUsage(
                count(usage.get("prompt_tokens")),
                count(usage.get("completion_tokens")),
                details == null ? 0 : count(details.get("cached_tokens")));
    }

    private static long count(@Nullable Object value) {
        double number = value instanceof Number given ? given.doubleValue() : 0;
        return number > 0 && number < 1e12 ? (long) number : 0;
    }

    private static Reply problem(String what) {
        return new Reply(what, null, "", "", TokenUsage.NONE);
    }

    /** The beginning of what somebody sent, on one line. */
    static String excerpt(String text) {
        String start = text.length() > EXCERPT ? text.substring(0, EXCERPT) + "..." : text;
        return start.replaceAll("\\p{Cntrl}", " ");
    }
}
