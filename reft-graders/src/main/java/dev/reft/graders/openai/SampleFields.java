package dev.reft.graders.openai;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.json.Json;
import dev.reft.graders.json.JsonException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The {@code sample} that templates and python graders see. */
final class SampleFields {
    /** What a sample may have at its top. */
    static final Set<String> ROOTS = Collections.unmodifiableSet(new TreeSet<>(Set.of(
            "output_text", "output_json", "output_tools", "choices", "output_audio", "output_reasoning_summary")));

    /** A longer text is not looked at for JSON. */
    private static final int LONGEST_JSON = 1 << 20;

    private SampleFields() {}

    /** A sample of a text alone: {@code output_text}, {@code choices}, and {@code output_json} where the text is JSON. */
    static Map<String, @Nullable Object> of(String text, String finishReason) {
        Map<String, @Nullable Object> message = new LinkedHashMap<>();
        message.put("role", "assistant");
        message.put("content", text);
        Map<String, @Nullable Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("message", message);
        choice.put("finish_reason", finishReason);
        Map<String, @Nullable Object> sample = new LinkedHashMap<>();
        sample.put("output_text", text);
        JsonValue json = json(text);
        if (json.isJson()) {
            sample.put("output_json", json.value());
        }
        sample.put("output_tools", List.of());
        sample.put("choices", List.of(choice));
        return sample;
    }

    static Map<String, @Nullable Object> of(Completion completion) {
        return of(completion.text(), completion.finish() == Finish.LENGTH ? "length" : "stop");
    }

    /** Whether a text is JSON, and of what value. */
    record JsonValue(boolean isJson, @Nullable Object value) {}

    static JsonValue json(String text) {
        if (text.length() > LONGEST_JSON) {
            return new JsonValue(false, null);
        }
        try {
            return new JsonValue(true, Json.readLenient(text));
        } catch (JsonException e) {
            return new JsonValue(false, null);
        }
    }
}
