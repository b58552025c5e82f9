package dev.reft.ppo.feedback;

import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.generation.Segment;
import dev.reft.grading.Prompt;
import dev.reft.ppo.Rollouts;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.text.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rollouts as a file, one line a prompt: people take longer than processes live. Token ids and log-probabilities come back bit for
 * bit. Attributes and message contents must be what JSON has: texts, numbers, truth values, lists and maps.
 */
public final class RolloutFiles {
    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

    private RolloutFiles() {}

    /**
     * Writes rollouts.
     *
     * @param file replaced as a whole; its folder is made if absent
     * @param rollouts what was sampled
     * @throws java.io.UncheckedIOException if writing fails
     */
    public static void write(Path file, Rollouts rollouts) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Rollouts.Group group : rollouts.groups()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("step", rollouts.step());
            line.put("prompt", group.prompt().id());
            line.put("reference", group.prompt().reference());
            line.put("attributes", group.prompt().attributes());
            input(line, group.prompt());
            line.put("tokens", group.tokens());
            line.put("temperature", (double) group.temperature());
            line.put(
                    "completions",
                    group.completions().stream().map(RolloutFiles::fields).toList());
            lines.add(line);
        }
        JsonLines.write(file, lines);
    }

    private static void input(Map<String, Object> line, Prompt prompt) {
        if (prompt.input() instanceof Prompt.Input.Text text) {
            line.put("text", text.text());
        } else if (prompt.input() instanceof Prompt.Input.Chat chat) {
            List<Map<String, Object>> messages = new ArrayList<>();
            for (Message message : chat.messages()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("role", message.role());
                fields.put("content", message.content());
                fields.put("fields", message.fields());
                messages.add(fields);
            }
            line.put("messages", messages);
            line.put("variables", chat.variables());
        } else {
            throw new IllegalArgumentException("prompt '" + prompt.id() + "' is neither text nor a chat");
        }
    }

    private static Map<String, Object> fields(Completion completion) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("sample", completion.sample());
        fields.put("text", completion.text());
        fields.put("finish", completion.finish().name());
        List<Map<String, Object>> segments = new ArrayList<>();
        for (Segment segment : completion.segments()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("tokens", segment.tokens());
            if (segment instanceof Segment.Sampled sampled) {
                one.put("logProbs", doubles(sampled.logProbs()));
                one.put("drawLogProbs", doubles(sampled.drawLogProbs()));
            }
            segments.add(one);
        }
        fields.put("segments", segments);
        return fields;
    }

    /** A float as a double has a decimal that comes back exactly. */
    private static double[] doubles(float[] floats) {
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    /**
     * Reads rollouts.
     *
     * @param file from {@link #write}
     * @return what was sampled
     * @throws IllegalArgumentException naming file, row, field and value, if something is not as written
     * @throws java.io.UncheckedIOException if reading fails
     */
    public static Rollouts read(Path file) {
        List<Rollouts.Group> groups = new ArrayList<>();
        long step = 0;
        for (JsonRow row : JsonLines.read(file)) {
            step = (long) row.number("step");
            Prompt prompt = new Prompt(row.text("prompt"), input(row), row.text("reference"), map(row, "attributes"));
            List<Completion> completions = new ArrayList<>();
            for (Object item : row.typed("completions", List.class, "a list")) {
                completions.add(completion(prompt.id(), part(row, "completions", item)));
            }
            groups.add(new Rollouts.Group(prompt, ints(row, "tokens"), (float) row.number("temperature"), completions));
        }
        return new Rollouts(step, groups);
    }

    private static Prompt.Input input(JsonRow row) {
        if (row.has("text")) {
            return new Prompt.Input.Text(row.text("text"));
        }
        List<Message> messages = new ArrayList<>();
        for (Object item : row.typed("messages", List.class, "a list")) {
            JsonRow message = part(row, "messages", item);
            // Beside calls of tools there is no content.
            messages.add(new Message(message.text("role"), message.fields().get("content"), map(message, "fields")));
        }
        return new Prompt.Input.Chat(messages, map(row, "variables"));
    }

    private static Completion completion(String request, JsonRow row) {
        List<Segment> segments = new ArrayList<>();
        for (Object item : row.typed("segments", List.class, "a list")) {
            JsonRow segment = part(row, "segments", item);
            segments.add(
                    segment.has("logProbs")
                            ? new Segment.Sampled(
                                    ints(segment, "tokens"),
                                    floats(segment, "logProbs"),
                                    floats(segment, "drawLogProbs"))
                            : new Segment.Given(ints(segment, "tokens")));
        }
        Finish finish;
        try {
            finish = Finish.valueOf(row.text("finish"));
        } catch (IllegalArgumentException e) {
            throw row.wrong("finish", "must be one of " + List.of(Finish.values()));
        }
        return new Completion(request, (int) row.number("sample"), segments, row.text("text"), finish);
    }

    /** A map inside a row, as a row of its own for messages. */
    private static JsonRow part(JsonRow row, String name, Object item) {
        if (item instanceof Map<?, ?> map) {
            Map<String, Object> fields = new LinkedHashMap<>();
            map.forEach((key, value) -> {
                if (value != null) {
                    fields.put(String.valueOf(key), value);
                }
            });
            return new JsonRow(row.file(), row.row(), fields);
        }
        throw row.wrong(name, "must hold maps");
    }

    private static Map<String, Object> map(JsonRow row, String name) {
        return part(row, name, row.typed(name, Map.class, "a map")).fields();
    }

    private static int[] ints(JsonRow row, String name) {
        List<?> list = row.typed(name, List.class, "a list");
        int[] ints = new int[list.size()];
        for (int i = 0; i < ints.length; i++) {
            if (!(list.get(i) instanceof Integer number)) {
                throw row.wrong(name, "must hold whole numbers");
            }
            ints[i] = number;
        }
        return ints;
    }

    private static float[] floats(JsonRow row, String name) {
        List<?> list = row.typed(name, List.class, "a list");
        float[] floats = new float[list.size()];
        for (int i = 0; i < floats.length; i++) {
            Object item = list.get(i);
            if (item instanceof String text && NOT_FINITE.contains(text)) {
                floats[i] = Float.parseFloat(text);
            } else if (item instanceof Number number) {
                floats[i] = number.floatValue();
            } else {
                throw row.wrong(name, "must hold numbers");
            }
        }
        return floats;
    }
}
