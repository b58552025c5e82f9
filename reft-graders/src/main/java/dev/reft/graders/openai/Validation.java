package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import dev.reft.graders.openai.Issue.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a strict check.
 *
 * @param issues all that was found, in the order of the grader
 */
public record Validation(List<Issue> issues) {
    /** Copies the list. */
    public Validation {
        issues = List.copyOf(issues);
    }

    static Validation of(Map<String, @Nullable Object> json) {
        List<Issue> issues = new ArrayList<>();
        Fields fields = new Fields(json, "grader", issues);
        GraderSpec spec = GraderReader.read(fields, null, false);
        if (spec instanceof GraderSpec.LabelModel || spec instanceof GraderSpec.Endpoint) {
            fields.warn(
                    "type",
                    "OpenAI's fine-tuning takes a " + spec.type()
                            + (spec instanceof GraderSpec.LabelModel
                                    ? " within a multi grader only"
                                    : " nowhere; Azure does"));
        }
        return new Validation(issues);
    }

    /**
     * Whether OpenAI would take the grader.
     *
     * @return true if there is nothing worse than a warning
     */
    public boolean isValid() {
        return firstError().isEmpty();
    }

    /**
     * The first thing that is wrong.
     *
     * @return empty if the grader is valid
     */
    public Optional<Issue> firstError() {
        return issues.stream().filter(i -> i.severity() != Severity.WARNING).findFirst();
    }

    /**
     * What is allowed and strange.
     *
     * @return the warnings
     */
    public List<Issue> warnings() {
        return issues.stream().filter(i -> i.severity() == Severity.WARNING).toList();
    }

    /**
     * Answers a request to OpenAI's {@code /v1/fine_tuning/alpha/graders/validate}.
     *
     * @param request {@code {"grader": {...}}}
     * @return {@code {"grader": {...}}} with the grader as it came, or OpenAI's error object
     */
    public static String respond(String request) {
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        Validation validation;
        try {
            Map<String, @Nullable Object> grader =
                    Json.object(Json.readObject(request).get("grader"));
            if (grader == null) {
                return Json.write(error(new Issue(
                        Severity.ERROR, Issue.INVALID_GRADER, "grader", "is required and must be an object")));
            }
            validation = of(grader);
            response.put("grader", grader);
        } catch (IllegalArgumentException e) {
            return Json.write(
                    error(new Issue(Severity.ERROR, Issue.INVALID_GRADER, "grader", String.valueOf(e.getMessage()))));
        }
        return Json.write(validation.firstError().map(Validation::error).orElse(response));
    }

    /** OpenAI's shape of an error. */
    static Map<String, @Nullable Object> error(Issue issue) {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("message", issue.toString());
        error.put("type", "invalid_request_error");
        error.put("param", issue.path());
        error.put("code", issue.code());
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        response.put("error", error);
        return response;
    }
}
