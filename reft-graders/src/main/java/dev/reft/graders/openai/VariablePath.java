package dev.reft.graders.openai;

import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a template's variable leads: {@code item.a.b}, {@code sample.output_tools[0].function.name},
 * {@code item["a key"].b}.
 *
 * @param namespace whether it starts at the item or at the sample
 * @param steps field names ({@link String}) and list positions ({@link Integer}), at least one
 * @param text the variable as it was written
 */
public record VariablePath(Namespace namespace, List<Object> steps, String text) {
    private static final int MOST_STEPS = 64;

    /** Where a path starts. */
    public enum Namespace {
        /** The data row. */
        ITEM,
        /** What the model answered. */
        SAMPLE
    }

    /** Copies the list. */
    public VariablePath {
        steps = List.copyOf(steps);
    }

    /**
     * Reads a path.
     *
     * @param text what stands between the braces
     * @return the path
     * @throws IllegalArgumentException if the namespace is neither item nor sample, or there is no path after it
     */
    static VariablePath of(String text) {
        String path = PythonText.strip(text);
        Namespace namespace = path.startsWith("item") ? Namespace.ITEM : Namespace.SAMPLE;
        int at = namespace == Namespace.ITEM ? 4 : 6;
        boolean known = namespace == Namespace.ITEM || path.startsWith("sample");
        if (!known || at >= path.length() || (path.charAt(at) != '.' && path.charAt(at) != '[')) {
            throw new IllegalArgumentException("the variable {{ " + shown(path)
                    + " }} must start with 'item.' or 'sample.', the only namespaces there are");
        }
        List<Object> steps = new ArrayList<>();
        while (at < path.length()) {
            at = path.charAt(at) == '.' ? name(path, at + 1, steps) : bracket(path, at + 1, steps);
            if (steps.size() > MOST_STEPS) {
                throw new IllegalArgumentException(
                        "the variable {{ " + shown(path) + " }} has more than " + MOST_STEPS + " steps");
            }
        }
        return new VariablePath(namespace, steps, path);
    }

    private static int name(String path, int start, List<Object> steps) {
        int end = start;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        if (end == start) {
            throw wrong(path, "has an empty name");
        }
        steps.add(path.substring(start, end));
        return end;
    }

    private static int bracket(String path, int start, List<Object> steps) {
        char quote = start < path.length() ? path.charAt(start) : ' ';
        if (quote == '"' || quote == '\'') {
            int end = path.indexOf(quote, start + 1);
            if (end < 0 || end + 1 >= path.length() || path.charAt(end + 1) != ']') {
                throw wrong(path, "has an open bracket");
            }
            steps.add(path.substring(start + 1, end));
            return after(path, end + 2);
        }
        int end = path.indexOf(']', start);
        String digits = end < 0 ? "" : path.substring(start, end);
        if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw wrong(path, "needs a position or a quoted name in its brackets");
        }
        steps.add(Integer.valueOf(digits));
        return after(path, end + 1);
    }

    private static int after(String path, int at) {
        if (at < path.length() && path.charAt(at) != '.' && path.charAt(at) != '[') {
            throw wrong(path, "goes on after a bracket without a dot");
        }
        return at;
    }

    private static IllegalArgumentException wrong(String path, String what) {
        return new IllegalArgumentException("the variable {{ " + shown(path) + " }} " + what);
    }

    private static String shown(String path) {
        return path.length() > 100 ? path.substring(0, 100) + "..." : path;
    }

    /**
     * The first field's name.
     *
     * @return such as {@code output_text}; null if the path starts with a position
     */
    @Nullable
    String root() {
        return steps.get(0) instanceof String name ? name : null;
    }

    /**
     * Follows the path.
     *
     * @param sample what was sampled
     * @param item the data row
     * @return the value there, possibly null
     * @throws FlaggedException {@code invalid_variable_error} if it leads nowhere
     */
    @Nullable
    Object find(Map<String, @Nullable Object> sample, Map<String, @Nullable Object> item) throws FlaggedException {
        Object here = namespace == Namespace.ITEM ? item : sample;
        for (Object step : steps) {
            if (step instanceof Integer position && here instanceof List<?> list && position < list.size()) {
                here = list.get(position);
            } else if (step instanceof String name && here instanceof Map<?, ?> map && map.containsKey(name)) {
                here = map.get(name);
            } else {
                throw new FlaggedException(
                        ErrorFlag.INVALID_VARIABLE_ERROR,
                        namespace == Namespace.SAMPLE && SampleFields.ROOTS.contains(String.valueOf(root())),
                        "{{ " + shown(text) + " }} leads nowhere: there is no '" + shown(step.toString()) + "'",
                        null);
            }
        }
        return here;
    }
}
