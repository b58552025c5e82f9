package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A text with {@code {{ item.path }}} and {@code {{ sample.path }}} in it, substituted in one pass: what a value says is
 * never expanded again. Strings come verbatim, numbers as they were written, objects and arrays as compact JSON. Single
 * braces and unclosed double ones are text.
 */
public final class Template {
    /** The longest template, in chars. */
    public static final int LONGEST = 1 << 20;

    /** The longest rendered text, in chars; the deprecated hosted service has no published limit. */
    public static final int LONGEST_TEXT = 4 << 20;

    private final String source;
    private final List<Part> parts;

    private sealed interface Part {
        record Text(String text) implements Part {}

        record Variable(VariablePath path) implements Part {}
    }

    private Template(String source, List<Part> parts) {
        this.source = source;
        this.parts = List.copyOf(parts);
    }

    /**
     * Reads a template; linear in its length.
     *
     * @param source any text
     * @return the template
     * @throws IllegalArgumentException if a variable has another namespace than item and sample, or no path, or the
     *     template is longer than {@value #LONGEST}
     */
    public static Template of(String source) {
        if (source.length() > LONGEST) {
            throw new IllegalArgumentException("a template of " + source.length() + " chars; at most " + LONGEST);
        }
        List<Part> parts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < source.length()) {
            int end = source.startsWith("{{", at) ? variableEnd(source, at + 2) : -1;
            if (end < 0) {
                text.append(source.charAt(at++));
                continue;
            }
            if (text.length() > 0) {
                parts.add(new Part.Text(text.toString()));
                text.setLength(0);
            }
            parts.add(new Part.Variable(VariablePath.of(source.substring(at + 2, end))));
            at = end + 2;
        }
        if (text.length() > 0) {
            parts.add(new Part.Text(text.toString()));
        }
        return new Template(source, parts);
    }

    /** Where the closing braces are, or -1 if another brace comes first. */
    private static int variableEnd(String source, int start) {
        int at = start;
        while (at < source.length() && source.charAt(at) != '{' && source.charAt(at) != '}') {
            at++;
        }
        return source.startsWith("}}", at) ? at : -1;
    }

    /**
     * The text as it was given.
     *
     * @return the source
     */
    public String source() {
        return source;
    }

    /**
     * What the template refers to.
     *
     * @return its variables, in order, repeated ones too
     */
    public List<VariablePath> variables() {
        List<VariablePath> variables = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof Part.Variable variable) {
                variables.add(variable.path());
            }
        }
        return variables;
    }

    /** Whether a double brace is opened and never closed: plain text, though hardly meant so. */
    boolean hasUnclosed() {
        for (Part part : parts) {
            if (part instanceof Part.Text text && text.text().contains("{{")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Puts the values in.
     *
     * @param sample what was sampled
     * @param item the data row
     * @return the text
     * @throws FlaggedException {@code invalid_variable_error} if a variable leads nowhere, {@code other_error} if the text
     *     becomes longer than {@value #LONGEST_TEXT}
     */
    public String render(Map<String, @Nullable Object> sample, Map<String, @Nullable Object> item)
            throws FlaggedException {
        StringBuilder out = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Part.Text text) {
                out.append(text.text());
            } else if (part instanceof Part.Variable variable) {
                out.append(text(variable.path().find(sample, item)));
            }
            if (out.length() > LONGEST_TEXT) {
                throw new FlaggedException(
                        ErrorFlag.OTHER_ERROR, true, "a rendered text has more than " + LONGEST_TEXT + " chars", null);
            }
        }
        return out.toString();
    }

    private static String text(@Nullable Object value) throws FlaggedException {
        try {
            return value instanceof String string ? string : Json.write(value);
        } catch (IllegalArgumentException e) {
            throw new FlaggedException(ErrorFlag.OTHER_ERROR, false, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Template template && template.source.equals(source);
    }

    @Override
    public int hashCode() {
        return source.hashCode();
    }

    @Override
    public String toString() {
        return source;
    }
}
