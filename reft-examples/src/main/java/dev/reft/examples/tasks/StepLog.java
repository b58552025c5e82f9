package dev.reft.examples.tasks;

import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a stage of reinforcement remembers beside its checkpoint.
 *
 * @param rows one a step, its number under {@code step}
 * @param warnings of the watch, in words
 * @param watch the watch's state; "" before the first step
 */
record StepLog(List<Map<String, Double>> rows, List<String> warnings, String watch) {
    static final StepLog EMPTY = new StepLog(List.of(), List.of(), "");

    StepLog {
        rows = List.copyOf(rows);
        warnings = List.copyOf(warnings);
    }

    StepLog with(Map<String, Double> row, List<String> begun, String state) {
        List<Map<String, Double>> more = new ArrayList<>(rows);
        more.add(new TreeMap<>(row));
        List<String> all = new ArrayList<>(warnings);
        all.addAll(begun);
        return new StepLog(more, all, state);
    }

    /** One line of JSON. */
    String text() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("rows", rows);
        fields.put("warnings", warnings);
        fields.put("watch", watch);
        return JsonLines.text(fields);
    }

    /** Reads what {@link #text} wrote; "" is the empty log. */
    static StepLog of(String text) {
        if (text.isEmpty()) {
            return EMPTY;
        }
        JsonRow row = JsonLines.parse("the log of steps", 1, text);
        List<Map<String, Double>> rows = new ArrayList<>();
        for (Object item : row.typed("rows", List.class, "a list")) {
            if (!(item instanceof Map<?, ?> map)) {
                throw row.wrong("rows", "must hold maps");
            }
            rows.add(numbers(map));
        }
        return new StepLog(rows, row.texts("warnings"), row.text("watch"));
    }

    private static Map<String, Double> numbers(Map<?, ?> map) {
        Map<String, Double> numbers = new TreeMap<>();
        map.forEach((name, value) -> {
            if (value instanceof Number number) {
                numbers.put(String.valueOf(name), number.doubleValue());
            }
        });
        return numbers;
    }
}
