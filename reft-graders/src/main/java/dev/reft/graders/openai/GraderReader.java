package dev.reft.graders.openai;

import dev.reft.graders.PythonCase;
import dev.reft.graders.execution.RateLimit;
import dev.reft.graders.judges.EndpointClient;
import dev.reft.graders.openai.Issue.Severity;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a {@link GraderSpec} of a grader's JSON; null where an error was noted. */
final class GraderReader {
    /** The largest python source is smaller than this, in bytes of UTF-8. */
    static final int PYTHON_LIMIT = 256 * 1024;

    private static final int MOST_GRADERS = 200;

    private GraderReader() {}

    static @Nullable GraderSpec read(Fields fields, @Nullable String key, boolean inMulti) {
        int before = errors(fields.issues());
        String type = fields.text("type");
        GraderSpec spec = type == null ? null : ofType(type, fields, key, inMulti);
        return errors(fields.issues()) > before ? null : spec;
    }

    static int errors(List<Issue> issues) {
        return (int) issues.stream().filter(i -> i.severity() == Severity.ERROR).count();
    }

    private static @Nullable GraderSpec ofType(String type, Fields fields, @Nullable String key, boolean inMulti) {
        if (type.equals("multi") && inMulti) {
            fields.error("type", "a multi grader may not hold another multi grader");
            return null;
        }
        return switch (type) {
            case "string_check" -> stringCheck(fields, key);
            case "text_similarity" -> textSimilarity(fields, key);
            case "score_model" -> ModelGraderReader.scoreModel(fields, name(fields, key));
            case "label_model" -> ModelGraderReader.labelModel(fields, name(fields, key));
            case "python" -> python(fields, key);
            case "multi" -> multi(fields, key);
            case "endpoint" -> endpoint(fields, key);
            default -> {
                fields.error(
                        "type",
                        "there is no grader type " + Fields.kind(type)
                                + "; there are string_check, text_similarity, score_model, label_model, python, multi and endpoint");
                yield null;
            }
        };
    }

    static String name(Fields fields, @Nullable String key) {
        if (fields.get("name") instanceof String name) {
            return name;
        }
        if (fields.has("name")) {
            fields.error("name", "must be text, found " + Fields.kind(fields.get("name")));
        } else if (!"endpoint".equals(fields.get("type"))) {
            fields.strict("name", "is required");
        }
        return key == null ? String.valueOf(fields.get("type")) : key;
    }

    private static @Nullable GraderSpec stringCheck(Fields fields, @Nullable String key) {
        fields.warnOfOthers(Set.of("type", "name", "input", "reference", "operation", "pass_threshold"));
        String name = name(fields, key);
        Template input = fields.template("input");
        Template reference = fields.template("reference");
        String wanted = fields.text("operation");
        StringOperation operation = null;
        for (StringOperation one : StringOperation.values()) {
            if (one.key().equals(wanted)) {
                operation = one;
            }
        }
        if (wanted != null && operation == null) {
            fields.error(
                    "operation",
                    "must be eq, ne, like or ilike, found " + Fields.kind(wanted)
                            + (wanted.equals("neq") ? "; 'not equal' is spelt ne" : ""));
        }
        return input == null || reference == null || operation == null
                ? null
                : new GraderSpec.StringCheck(name, input, reference, operation);
    }

    private static @Nullable GraderSpec textSimilarity(Fields fields, @Nullable String key) {
        fields.warnOfOthers(Set.of("type", "name", "input", "reference", "evaluation_metric", "pass_threshold"));
        String name = name(fields, key);
        Template input = fields.template("input");
        Template reference = fields.template("reference");
        Double threshold = fields.number("pass_threshold");
        String wanted = fields.text("evaluation_metric");
        MetricName metric = wanted == null ? null : MetricName.named(wanted);
        if (wanted != null && metric == null) {
            List<String> keys = new ArrayList<>();
            for (MetricName one : MetricName.values()) {
                keys.add(one.key());
            }
            fields.error("evaluation_metric", "must be one of " + keys + ", found " + Fields.kind(wanted));
        }
        return input == null || reference == null || metric == null
                ? null
                : new GraderSpec.TextSimilarity(name, input, reference, metric, threshold);
    }

    private static @Nullable GraderSpec python(Fields fields, @Nullable String key) {
        fields.warnOfOthers(Set.of("type", "name", "source", "image_tag", "pass_threshold"));
        String name = name(fields, key);
        String source = fields.text("source");
        String image = fields.optionalText("image_tag");
        Double threshold = fields.number("pass_threshold");
        if (source == null) {
            return null;
        }
        long bytes = utf8Length(source);
        if (bytes >= PYTHON_LIMIT) {
            fields.error("source", "has " + bytes + " bytes; it must have less than " + PYTHON_LIMIT);
            return null;
        }
        PythonSignature.check(source).ifPresent(problem -> fields.error("source", problem));
        return new GraderSpec.Python(name, source, image, threshold);
    }

    private static long utf8Length(String text) {
        return text.codePoints()
                .mapToLong(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4)
                .sum();
    }

    private static @Nullable GraderSpec multi(Fields fields, @Nullable String key) {
        fields.warnOfOthers(Set.of("type", "name", "graders", "calculate_output", "pass_threshold"));
        String name = name(fields, key);
        String formula = fields.text("calculate_output");
        Double threshold = fields.number("pass_threshold");
        Map<String, GraderSpec> graders = new LinkedHashMap<>();
        if (!subGraders(fields, graders) || formula == null) {
            return null;
        }
        checkFormula(fields, formula, graders.keySet());
        return new GraderSpec.Multi(name, graders, formula, threshold);
    }

    /** Both shapes: a map from name to grader (guide), and a list whose graders have names (OpenAPI's example). */
    private static boolean subGraders(Fields fields, Map<String, GraderSpec> into) {
        Object given = fields.get("graders");
        int before = errors(fields.issues());
        if (given instanceof List<?> list) {
            if (list.size() > MOST_GRADERS) {
                fields.error("graders", "has " + list.size() + " graders; at most " + MOST_GRADERS);
                return false;
            }
            for (int i = 0; i < list.size(); i++) {
                Fields sub = fields.object("graders[" + i + "]", list.get(i));
                GraderSpec spec = sub == null ? null : read(sub, null, true);
                if (spec != null && into.put(spec.name(), spec) != null) {
                    fields.error("graders[" + i + "]", "has the name '" + spec.name() + "' of an earlier grader");
                }
            }
        } else if (given instanceof Map<?, ?> map && "multi".equals(fields.get("type"))) {
            if (map.size() > MOST_GRADERS) {
                fields.error("graders", "has " + map.size() + " graders; at most " + MOST_GRADERS);
                return false;
            }
            mapped(fields, map, into);
        } else {
            fields.error(
                    "graders", given == null ? "is required" : "must be a map or a list, found " + Fields.kind(given));
        }
        if (errors(fields.issues()) == before && into.isEmpty()) {
            fields.error("graders", "is empty");
        }
        return errors(fields.issues()) == before;
    }

    private static void mapped(Fields fields, Map<?, ?> map, Map<String, GraderSpec> into) {
        // The current schema types the field as one grader: then its values are no objects.
        if (map.get("type") instanceof String) {
            Fields sub = fields.object("graders");
            GraderSpec spec = sub == null ? null : read(sub, null, true);
            if (spec != null) {
                into.put(spec.name(), spec);
            }
            return;
        }
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String name = String.valueOf(entry.getKey());
            Fields sub = fields.object("graders." + name, entry.getValue());
            GraderSpec spec = sub == null ? null : read(sub, name, true);
            if (spec != null) {
                into.put(name, spec);
            }
        }
    }

    private static void checkFormula(Fields fields, String source, Set<String> names) {
        String code = ErrorFlag.FORMULA_PARSE_ERROR.key();
        try {
            Formula formula = Formula.of(source);
            for (String name : formula.names()) {
                if (!names.contains(name)) {
                    fields.issue(
                            Severity.STRICT,
                            code,
                            "calculate_output",
                            "names '" + name + "', but the graders are " + names);
                }
            }
            for (String name : names) {
                if (!formula.names().contains(name)) {
                    fields.warn("calculate_output", "makes no use of the grader '" + name + "'");
                }
            }
        } catch (IllegalArgumentException e) {
            fields.issue(Severity.STRICT, code, "calculate_output", String.valueOf(e.getMessage()));
        }
        for (String name : names) {
            if (FormulaFunction.named(name) != null) {
                fields.strict("graders." + name, "has the name of a function");
            } else if (!isName(name)) {
                fields.strict("graders." + name, "has a name that no formula can hold");
            }
        }
    }

    private static boolean isName(String name) {
        return !name.isEmpty()
                && !Character.isDigit(name.charAt(0))
                && name.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_'));
    }

    private static @Nullable GraderSpec endpoint(Fields fields, @Nullable String key) {
        fields.warnOfOthers(Set.of("type", "name", "url", "headers", "rate_limit", "pass_threshold"));
        String name = name(fields, key);
        String text = fields.text("url");
        Double rate = fields.number("rate_limit");
        Double threshold = fields.number("pass_threshold");
        if (rate != null && rate < RateLimit.LOWEST) {
            fields.error("rate_limit", "must be positive, at least one call a day, found " + rate);
        }
        Map<String, String> headers = new LinkedHashMap<>();
        Fields given = fields.has("headers") ? fields.object("headers") : null;
        if (given != null && fields.get("headers") instanceof Map<?, ?> map) {
            for (Object header : map.keySet()) {
                String value = given.text(String.valueOf(header));
                if (value != null) {
                    EndpointClient.refusal(String.valueOf(header), value)
                            .ifPresent(why -> given.error(String.valueOf(header), why));
                    headers.put(String.valueOf(header), value);
                }
            }
        }
        URI url = text == null ? null : url(fields, text);
        return url == null ? null : new GraderSpec.Endpoint(name, url, headers, rate, threshold);
    }

    private static @Nullable URI url(Fields fields, String text) {
        try {
            URI url = new URI(text);
            String scheme = PythonCase.lower(String.valueOf(url.getScheme()));
            if (url.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
                return url;
            }
        } catch (URISyntaxException e) {
            fields.error("url", "is no address: " + e.getReason());
            return null;
        }
        fields.error("url", "must be an http or https address, found " + Fields.kind(text));
        return null;
    }
}
