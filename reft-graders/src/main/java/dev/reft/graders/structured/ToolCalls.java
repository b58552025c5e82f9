package dev.reft.graders.structured;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares the tools that a model called with those that it should have called, as Microsoft's published sample for RFT does: F1 over the
 * calls, in any order; half a match for the right name with other arguments.
 */
public final class ToolCalls {
    private static final int LONGEST = 200;

    private ToolCalls() {}

    private record Call(String name, @Nullable Object arguments) {}

    /**
     * F1 of two lists of calls in the shape of chat completions: {@code [{"function": {"name": ..., "arguments": ...}}]}, arguments being an
     * object or its JSON as text. A text that is a number equals that number.
     *
     * @param actual JSON; what is no list of calls counts as none called
     * @param expected JSON
     * @return from 0 to 1; 1 if both are empty
     * @throws IllegalArgumentException if the expected calls are no list of calls
     */
    public static double f1(String actual, String expected) {
        List<Call> wanted = new ArrayList<>();
        if (!read(expected, wanted)) {
            throw new IllegalArgumentException("expected calls are no list of calls: " + expected);
        }
        List<Call> made = new ArrayList<>();
        if (!read(actual, made)) {
            made.clear();
        }
        if (made.isEmpty() || wanted.isEmpty()) {
            return made.isEmpty() && wanted.isEmpty() ? 1 : 0;
        }
        List<Call> left = new ArrayList<>();
        List<Call> open = new ArrayList<>(wanted);
        double matches = 0;
        for (Call call : made) {
            if (take(open, call, true)) {
                matches++;
            } else {
                left.add(call);
            }
        }
        for (Call call : left) {
            matches += take(open, call, false) ? 0.5 : 0;
        }
        return 2 * matches / (made.size() + wanted.size());
    }

    private static boolean take(List<Call> open, Call call, boolean exactly) {
        for (int i = 0; i < open.size(); i++) {
            Call other = open.get(i);
            if (other.name.equals(call.name) && (!exactly || equal(other.arguments, call.arguments))) {
                open.remove(i);
                return true;
            }
        }
        return false;
    }

    private static boolean read(String json, List<Call> out) {
        Object value = JsonValues.parse(json).map(JsonValues.Parsed::value).orElse(null);
        if (!(value instanceof List<?> calls)) {
            return false;
        }
        for (Object call : calls.subList(0, Math.min(LONGEST, calls.size()))) {
            Object function = call instanceof Map<?, ?> map ? map.get("function") : null;
            if (!(function instanceof Map<?, ?> named) || !(named.get("name") instanceof String name)) {
                return false;
            }
            Object arguments = named.get("arguments");
            out.add(new Call(
                    name,
                    arguments instanceof String text
                            ? JsonValues.parse(text)
                                    .map(JsonValues.Parsed::value)
                                    .orElse(text)
                            : arguments));
        }
        return true;
    }

    /** As JSON, except that a text that is a number equals the number, and no arguments equal an empty object. */
    private static boolean equal(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Map<?, ?> first && b instanceof Map<?, ?> second) {
            return first.keySet().equals(second.keySet())
                    && first.entrySet().stream().allMatch(e -> equal(e.getValue(), second.get(e.getKey())));
        }
        if (a instanceof Number || b instanceof Number) {
            var first = JsonValues.number(a);
            var second = JsonValues.number(b);
            return first != null && second != null && first.compareTo(second) == 0;
        }
        return JsonValues.same(a == null ? Map.of() : a, b == null ? Map.of() : b);
    }
}
