package dev.reft.graders.shaping;

import dev.reft.graders.AnswerReader;
import dev.reft.graders.PythonText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Fields of an answer, each between tags of its name, as verifiers' XML parser reads them.
 *
 * @param names the fields in order; each a list of names that may stand for it, none empty
 */
public record Fields(List<List<String>> names) implements FormatRule {
    /**
     * Copies and checks the names.
     *
     * @throws IllegalArgumentException if there is no field, a field has no name, or a first name comes twice
     */
    public Fields {
        List<List<String>> copy = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (List<String> field : names) {
            if (field.isEmpty() || field.stream().anyMatch(String::isBlank) || !seen.add(field.get(0))) {
                throw new IllegalArgumentException("field " + field + " of " + names + " is blank or comes twice");
            }
            copy.add(List.copyOf(field));
        }
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("no fields");
        }
        names = List.copyOf(copy);
    }

    /**
     * Fields with one name each.
     *
     * @param names at least one
     * @return the fields
     */
    public static Fields of(String... names) {
        List<List<String>> fields = new ArrayList<>();
        for (String name : names) {
            fields.add(List.of(name));
        }
        return new Fields(fields);
    }

    /**
     * What stands between a field's first opening tag and the next closing one.
     *
     * @param text any text
     * @param name of the field
     * @return without white space at the ends; empty if there is no such pair
     */
    public static Optional<String> first(String text, String name) {
        int start = text.indexOf("<" + name + ">");
        return start < 0 ? Optional.empty() : content(text, name, start);
    }

    /**
     * What stands in the last of a field's pairs, pairs being taken from the left.
     *
     * @param text any text
     * @param name of the field
     * @return without white space at the ends; empty if there is no pair
     */
    public static Optional<String> last(String text, String name) {
        Optional<String> last = Optional.empty();
        String close = "</" + name + ">";
        for (int at = text.indexOf("<" + name + ">"); at >= 0; ) {
            Optional<String> found = content(text, name, at);
            if (found.isEmpty()) {
                return last;
            }
            last = found;
            at = text.indexOf("<" + name + ">", text.indexOf(close, at) + close.length());
        }
        return last;
    }

    private static Optional<String> content(String text, String name, int open) {
        int start = open + name.length() + 2;
        int end = text.indexOf("</" + name + ">", start);
        return end < 0 ? Optional.empty() : Optional.of(PythonText.strip(text.substring(start, end)));
    }

    /**
     * A reader of the last pair of a field.
     *
     * @param name such as {@code "answer"}
     * @return the reader
     */
    public static AnswerReader reader(String name) {
        return text -> last(text, name);
    }

    /**
     * What follows the last {@code </think>}: verifiers' think parser.
     *
     * @param required whether a text without it has no answer, or is all answer
     * @return the reader; it gives "" for a text without an answer, as published
     */
    public static AnswerReader afterThinking(boolean required) {
        return text -> Optional.of(
                required && !text.contains(Tags.END_THINK)
                        ? ""
                        : PythonText.strip(PythonText.lastPart(text, Tags.END_THINK)));
    }

    /**
     * verifiers' format reward: 0.4 for the share of fields that are there, 0.2 for spacing, 0.2 each if the first field starts and the last
     * ends the text. The spacing part can hardly be missed: text without any tag gets it.
     */
    @Override
    public double score(String text) {
        int present = 0;
        boolean any = false;
        for (List<String> field : names) {
            boolean here = false;
            for (String name : field) {
                any |= first(text, name).isPresent();
                here |= text.contains("<" + name + ">") || text.contains("</" + name + ">");
            }
            present += here ? 1 : 0;
        }
        String stripped = PythonText.strip(text);
        boolean starts = names.get(0).stream().anyMatch(name -> stripped.startsWith("<" + name + ">"));
        boolean ends = names.get(names.size() - 1).stream().anyMatch(name -> stripped.endsWith("</" + name + ">"));
        return (any ? 0.4 * present / names.size() : 0) + 0.2 + (starts ? 0.2 : 0) + (ends ? 0.2 : 0);
    }
}
