package dev.reft.graders.openai;

import dev.reft.graders.openai.ModelMessage.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads score_model and label_model. */
final class ModelGraderReader {
    private static final Set<String> ROLES = Set.of("user", "assistant", "system", "developer");
    private static final Set<String> EFFORTS = Set.of("none", "minimal", "low", "medium", "high", "xhigh", "max");
    private static final Set<String> DETAILS = Set.of("high", "low", "auto");

    private ModelGraderReader() {}

    static @Nullable GraderSpec scoreModel(Fields fields, String name) {
        fields.warnOfOthers(Set.of("type", "name", "input", "model", "range", "sampling_params", "pass_threshold"));
        String model = fields.text("model");
        List<ModelMessage> input = messages(fields);
        Double threshold = fields.number("pass_threshold");
        SamplingParams sampling = sampling(fields);
        double[] range = range(fields);
        return model == null || sampling == null || range == null
                ? null
                : new GraderSpec.ScoreModel(name, model, input, range[0], range[1], sampling, threshold);
    }

    private static double @Nullable [] range(Fields fields) {
        if (!fields.has("range")) {
            return new double[] {0, 1};
        }
        List<?> given = fields.list("range");
        if (given == null) {
            return null;
        }
        if (given.size() == 2 && given.get(0) instanceof Number low && given.get(1) instanceof Number high) {
            double a = low.doubleValue();
            double b = high.doubleValue();
            if (a < b && Double.isFinite(a) && Double.isFinite(b)) {
                return new double[] {a, b};
            }
        }
        fields.error("range", "must be two ascending numbers, found " + given);
        return null;
    }

    static @Nullable GraderSpec labelModel(Fields fields, String name) {
        fields.warnOfOthers(Set.of("type", "name", "input", "model", "labels", "passing_labels"));
        String model = fields.text("model");
        List<ModelMessage> input = messages(fields);
        List<String> labels = texts(fields, "labels");
        List<String> passing = texts(fields, "passing_labels");
        for (String label : passing) {
            if (!labels.contains(label)) {
                fields.error("passing_labels", "'" + label + "' is not among the labels " + labels);
                return null;
            }
        }
        return model == null ? null : new GraderSpec.LabelModel(name, model, input, labels, passing);
    }

    private static List<String> texts(Fields fields, String field) {
        List<String> texts = new ArrayList<>();
        List<?> given = fields.list(field);
        if (given == null) {
            return texts;
        }
        for (Object one : given) {
            if (one instanceof String text) {
                texts.add(text);
            } else {
                fields.error(field, "must hold texts, found " + Fields.kind(one));
            }
        }
        if (given.isEmpty()) {
            fields.error(field, "is empty");
        }
        return texts;
    }

    private static @Nullable SamplingParams sampling(Fields fields) {
        if (!fields.has("sampling_params")) {
            return SamplingParams.DEFAULT;
        }
        Fields given = fields.object("sampling_params");
        if (given == null) {
            return null;
        }
        String tokens = "max_completions_tokens";
        given.warnOfOthers(Set.of("seed", "top_p", "temperature", tokens, "reasoning_effort"));
        Long most = given.whole(tokens);
        String effort = given.optionalText("reasoning_effort");
        if (effort != null && !EFFORTS.contains(effort)) {
            given.error(
                    "reasoning_effort",
                    "must be one of none, minimal, low, medium, high, xhigh, max, found " + Fields.kind(effort));
        }
        try {
            return new SamplingParams(
                    given.whole("seed"),
                    given.number("top_p"),
                    given.number("temperature"),
                    most == null ? null : (int) Math.max(Math.min(most, Integer.MAX_VALUE), 0),
                    effort);
        } catch (IllegalArgumentException e) {
            given.error("", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private static List<ModelMessage> messages(Fields fields) {
        List<ModelMessage> messages = new ArrayList<>();
        List<?> given = fields.list("input");
        if (given == null) {
            return messages;
        }
        if (given.isEmpty()) {
            fields.error("input", "is empty");
        }
        for (int i = 0; i < given.size(); i++) {
            Fields message = fields.object("input[" + i + "]", given.get(i));
            if (message != null) {
                messages.add(message(message));
            }
        }
        return messages;
    }

    private static ModelMessage message(Fields message) {
        message.warnOfOthers(Set.of("role", "content", "type"));
        String role = message.text("role");
        if (role != null && !ROLES.contains(role)) {
            message.error("role", "must be user, assistant, system or developer, found " + Fields.kind(role));
        }
        List<Part> parts = new ArrayList<>();
        if (message.get("content") instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                add(message, "content[" + i + "]", list.get(i), parts);
            }
        } else if (!message.has("content")) {
            message.error("content", "is required");
        } else {
            add(message, "content", message.get("content"), parts);
        }
        return new ModelMessage(role == null ? "" : role, parts);
    }

    private static void add(Fields message, String field, @Nullable Object value, List<Part> into) {
        if (value instanceof String text) {
            addText(message.template(field, text), into);
            return;
        }
        Fields part = message.object(field, value);
        String type = part == null ? null : part.text("type");
        if (part == null || type == null) {
            return;
        }
        switch (type) {
            case "input_text", "output_text", "text" -> addText(part.template("text"), into);
            case "input_image" -> {
                Template url = part.template("image_url");
                String detail = part.optionalText("detail");
                if (detail != null && !DETAILS.contains(detail)) {
                    part.error("detail", "must be high, low or auto, found " + Fields.kind(detail));
                }
                if (url != null) {
                    into.add(new Part.Image(url, detail));
                }
            }
            case "input_audio" -> audio(part, into);
            default ->
                part.error(
                        "type",
                        "must be input_text, output_text, input_image or input_audio, found " + Fields.kind(type));
        }
    }

    private static void audio(Fields part, List<Part> into) {
        Fields audio = part.object("input_audio");
        if (audio == null) {
            return;
        }
        Map<String, Template> fields = new LinkedHashMap<>();
        for (String field : List.of("data", "format")) {
            Template template = audio.template(field);
            if (template != null) {
                fields.put(field, template);
            }
        }
        into.add(new Part.Audio(fields));
    }

    private static void addText(@Nullable Template text, List<Part> into) {
        if (text != null) {
            into.add(new Part.Text(text));
        }
    }
}
