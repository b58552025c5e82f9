package dev.reft.graders.openai;

import dev.reft.graders.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a job file; complaints go to the fields' list. */
final class RftJobReader {
    private static final Set<String> EFFORTS = Set.of("default", "minimal", "low", "medium", "high");

    private final Fields whole;
    private final List<RftSetting> ignored = new ArrayList<>();

    RftJobReader(Fields whole) {
        this.whole = whole;
    }

    @Nullable
    RftJob read() {
        Fields reinforcement = reinforcement();
        Fields graderFields = reinforcement == null ? null : reinforcement.object("grader");
        GraderSpec spec = graderFields == null ? null : GraderReader.read(graderFields, null, false);
        if (reinforcement == null || graderFields == null || spec == null) {
            return null;
        }
        if (spec instanceof GraderSpec.LabelModel) {
            graderFields.error("type", "a job's grader may not be a label_model by itself; it may be within a multi");
        }
        if (spec instanceof GraderSpec.TextSimilarity text && text.metric() == MetricName.COSINE) {
            graderFields.warn(
                    "evaluation_metric", "OpenAI takes cosine in evaluations only: a policy learns to fool it");
        }
        Map<String, Object> hyperparameters = hyperparameters(reinforcement);
        ResponseFormat format = format(reinforcement);
        boolean request = whole.has("method");
        return new RftJob(
                request ? textOrEmpty("model") : "",
                request ? textOrEmpty("training_file") : "",
                request ? textOrEmpty("validation_file") : "",
                request ? whole.whole("seed") : null,
                new GraderDefinition(spec, graderJson(reinforcement)),
                format,
                hyperparameters,
                ignored);
    }

    private static Map<String, @Nullable Object> graderJson(Fields reinforcement) {
        Map<String, @Nullable Object> json = Json.object(reinforcement.get("grader"));
        return json == null ? new LinkedHashMap<>() : json;
    }

    private String textOrEmpty(String field) {
        String text = whole.optionalText(field);
        return text == null ? "" : text;
    }

    private @Nullable Fields reinforcement() {
        if (whole.has("method")) {
            ignore(
                    whole,
                    Set.of("model", "training_file", "validation_file", "seed", "method"),
                    Map.of(
                            "suffix", "names are the host's choice",
                            "integrations", "the host reports where it likes",
                            "metadata", "is for OpenAI's own lists",
                            "hyperparameters", "is OpenAI's old place for supervised jobs"));
            Fields method = whole.object("method");
            return method == null ? null : inMethod(method);
        }
        return whole.has("reinforcement") ? inMethod(whole) : checked(whole);
    }

    private @Nullable Fields inMethod(Fields method) {
        String type = method.has("type") ? method.text("type") : "reinforcement";
        if (type != null && !type.equals("reinforcement")) {
            method.error("type", "must be reinforcement, found " + Fields.kind(type));
            return null;
        }
        ignore(method, Set.of("type", "reinforcement"), Map.of());
        Fields part = method.object("reinforcement");
        return part == null ? null : checked(part);
    }

    private Fields checked(Fields part) {
        ignore(
                part,
                Set.of("grader", "hyperparameters", "response_format", "type"),
                Map.of(
                        "tools", "tools of a server are called by the host's own loop",
                        "max_episode_steps", "the host's own loop ends an episode"));
        return part;
    }

    private void ignore(Fields fields, Set<String> known, Map<String, String> reasons) {
        for (Map.Entry<String, @Nullable Object> field : fields.values().entrySet()) {
            Object value = field.getValue();
            if (!known.contains(field.getKey()) && value != null) {
                ignored.add(new RftSetting(
                        fields.at(field.getKey()).replaceFirst("^job\\.", ""),
                        Fields.kind(value),
                        RftSetting.Use.IGNORED,
                        reasons.getOrDefault(field.getKey(), "is not a setting that is known here")));
            }
        }
    }

    private @Nullable ResponseFormat format(Fields reinforcement) {
        Fields given = reinforcement.has("response_format") ? reinforcement.object("response_format") : null;
        if (given == null) {
            return null;
        }
        try {
            return ResponseFormat.of(given.values());
        } catch (IllegalArgumentException e) {
            reinforcement.error("response_format", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private Map<String, Object> hyperparameters(Fields reinforcement) {
        Map<String, Object> values = new LinkedHashMap<>();
        Fields given = reinforcement.has("hyperparameters") ? reinforcement.object("hyperparameters") : null;
        if (given == null) {
            return values;
        }
        ignore(
                given,
                Set.of(
                        "batch_size",
                        "learning_rate_multiplier",
                        "n_epochs",
                        "reasoning_effort",
                        "compute_multiplier",
                        "eval_interval",
                        "eval_samples"),
                Map.of());
        number(given, "batch_size", 1, 256, true, values);
        number(given, "learning_rate_multiplier", Double.MIN_VALUE, Double.MAX_VALUE, false, values);
        number(given, "n_epochs", 1, 50, true, values);
        number(given, "compute_multiplier", Math.nextUp(0.00001), 10, false, values);
        number(given, "eval_interval", 1, 1_000_000_000, true, values);
        number(given, "eval_samples", 1, 1_000_000, true, values);
        String effort = given.optionalText("reasoning_effort");
        if (effort != null && !EFFORTS.contains(effort)) {
            given.error(
                    "reasoning_effort", "must be default, minimal, low, medium or high, found " + Fields.kind(effort));
        } else if (effort != null) {
            values.put("reasoning_effort", effort);
        }
        return values;
    }

    private static void number(
            Fields given, String name, double low, double high, boolean whole, Map<String, Object> values) {
        Object value = given.get(name);
        if ("auto".equals(value)) {
            values.put(name, "auto");
            return;
        }
        Number number;
        if (whole) {
            number = given.whole(name);
        } else {
            number = given.number(name);
        }
        if (number == null) {
            return;
        }
        if (number.doubleValue() < low || number.doubleValue() > high) {
            given.error(name, "must be auto or lie in OpenAI's range, found " + Fields.kind(value));
            return;
        }
        values.put(name, number);
    }
}
