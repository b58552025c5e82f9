package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import dev.reft.graders.json.JsonNumber;
import dev.reft.graders.openai.Issue.Severity;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object, read with complaints collected instead of thrown. */
final class Fields {
    private final Map<String, @Nullable Object> values;
    private final String path;
    private final List<Issue> issues;

    Fields(Map<String, @Nullable Object> values, String path, List<Issue> issues) {
        this.values = values;
        this.path = path;
        this.issues = issues;
    }

    String path() {
        return path;
    }

    Map<String, @Nullable Object> values() {
        return values;
    }

    boolean has(String field) {
        return values.get(field) != null;
    }

    @Nullable
    Object get(String field) {
        return values.get(field);
    }

    void error(String field, String message) {
        issues.add(new Issue(Severity.ERROR, Issue.INVALID_GRADER, at(field), message));
    }

    void strict(String field, String message) {
        issues.add(new Issue(Severity.STRICT, Issue.INVALID_GRADER, at(field), message));
    }

    void warn(String field, String message) {
        issues.add(new Issue(Severity.WARNING, Issue.INVALID_GRADER, at(field), message));
    }

    void issue(Severity severity, String code, String field, String message) {
        issues.add(new Issue(severity, code, at(field), message));
    }

    String at(String field) {
        return field.isEmpty() ? path : path + "." + field;
    }

    List<Issue> issues() {
        return issues;
    }

    /** Fields that are not in the schema: kept when written, otherwise without effect. */
    void warnOfOthers(Set<String> known) {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                warn(name, "is not in the schema and has no effect");
            }
        }
    }

    @Nullable
    String text(String field) {
        Object value = values.get(field);
        if (value instanceof String text) {
            return text;
        }
        error(field, value == null ? "is required" : "must be text, found " + kind(value));
        return null;
    }

    @Nullable
    String optionalText(String field) {
        return has(field) ? text(field) : null;
    }

    @Nullable
    Template template(String field) {
        String text = text(field);
        return text == null ? null : template(field, text);
    }

    @Nullable
    Template template(String field, String text) {
        try {
            Template template = Template.of(text);
            if (template.hasUnclosed()) {
                warn(field, "opens '{{' and never closes it; that is plain text");
            }
            for (VariablePath variable : template.variables()) {
                if (variable.namespace() == VariablePath.Namespace.SAMPLE
                        && !SampleFields.ROOTS.contains(String.valueOf(variable.root()))) {
                    issue(
                            Severity.WARNING,
                            ErrorFlag.INVALID_VARIABLE_ERROR.key(),
                            field,
                            "{{ " + variable.text() + " }}: a sample has " + SampleFields.ROOTS);
                }
            }
            return template;
        } catch (IllegalArgumentException e) {
            error(field, String.valueOf(e.getMessage()));
            return null;
        }
    }

    @Nullable
    Double number(String field) {
        Object value = values.get(field);
        if (value == null) {
            return null;
        }
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        error(field, "must be a number, found " + kind(value));
        return null;
    }

    @Nullable
    Long whole(String field) {
        Double number = number(field);
        if (number == null) {
            return null;
        }
        if (number != Math.rint(number) || Math.abs(number) > 9e15) {
            error(field, "must be a whole number, found " + values.get(field));
            return null;
        }
        return number.longValue();
    }

    @Nullable
    List<?> list(String field) {
        Object value = values.get(field);
        if (value instanceof List<?> list) {
            return list;
        }
        error(field, value == null ? "is required" : "must be a list, found " + kind(value));
        return null;
    }

    @Nullable
    Fields object(String field) {
        return object(field, values.get(field));
    }

    @Nullable
    Fields object(String field, @Nullable Object value) {
        Map<String, @Nullable Object> object = Json.object(value);
        if (object == null) {
            error(field, value == null ? "is required" : "must be an object, found " + kind(value));
            return null;
        }
        return new Fields(object, at(field), issues);
    }

    static String kind(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof JsonNumber || value instanceof Boolean) {
            return value.toString();
        }
        if (value instanceof String text) {
            return "'" + (text.length() > 60 ? text.substring(0, 60) + "..." : text) + "'";
        }
        return value instanceof List<?> ? "a list" : "an object";
    }
}
