package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import dev.reft.graders.json.JsonException;
import dev.reft.graders.openai.Issue.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A grader's JSON and what it means. Written again, it is what was read: fields, their order, numbers as they were.
 *
 * @param spec what it means
 * @param json its fields
 */
public record GraderDefinition(GraderSpec spec, Map<String, @Nullable Object> json) {
    /**
     * Reads a grader leniently: where OpenAI's own examples leave the schema (no name, graders as a list, a formula with one
     * parenthesis too many) they are read.
     *
     * @param text the grader's JSON
     * @return the grader
     * @throws IllegalArgumentException if it cannot be used; the message names every field at fault
     */
    public static GraderDefinition read(String text) {
        return of(Json.readObject(text));
    }

    /**
     * Reads a grader leniently from JSON that was parsed.
     *
     * @param json its fields, as {@link Json#readObject} gives them
     * @return the grader
     * @throws IllegalArgumentException if it cannot be used; the message names every field at fault
     */
    public static GraderDefinition of(Map<String, @Nullable Object> json) {
        List<Issue> issues = new ArrayList<>();
        GraderSpec spec = GraderReader.read(new Fields(json, "grader", issues), null, false);
        if (spec == null) {
            throw new IllegalArgumentException(issues.stream()
                    .filter(i -> i.severity() == Severity.ERROR)
                    .map(Issue::toString)
                    .collect(Collectors.joining("; ")));
        }
        return new GraderDefinition(spec, json);
    }

    /**
     * Checks a grader strictly, as OpenAI's {@code validate} does.
     *
     * @param text the grader's JSON
     * @return what is wrong with it and what is strange
     */
    public static Validation validate(String text) {
        try {
            return Validation.of(Json.readObject(text));
        } catch (JsonException e) {
            return new Validation(
                    List.of(new Issue(Severity.ERROR, Issue.INVALID_GRADER, "grader", String.valueOf(e.getMessage()))));
        }
    }

    /**
     * Writes the grader.
     *
     * @return compact JSON
     */
    public String write() {
        return Json.write(json);
    }
}
