package dev.reft.checkpoint;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the rotary embedding: {@code rope_parameters} as transformers 5 writes it, or {@code rope_theta} with
 * {@code rope_scaling} as 4 does. Where both are there they must agree; transformers would take {@code rope_scaling}.
 */
final class RopeReader {
    private static final Set<String> KNOWN = Set.of(
            "rope_type",
            "type",
            "rope_theta",
            "factor",
            "low_freq_factor",
            "high_freq_factor",
            "original_max_position_embeddings",
            "partial_rotary_factor");

    private final JsonFields json;
    private final int context;

    private RopeReader(JsonFields json, int context) {
        this.json = json;
        this.context = context;
    }

    static Rope read(JsonFields json, int context) {
        RopeReader reader = new RopeReader(json, context);
        Optional<Rope> older = json.object("rope_scaling").map(reader::rope);
        Optional<Rope> newer = json.object("rope_parameters").map(reader::rope);
        if (older.isPresent() && newer.isPresent() && !older.equals(newer)) {
            throw json.wrong("rope_scaling", "disagrees with rope_parameters: " + older.get() + " and " + newer.get());
        }
        return older.or(() -> newer).orElseGet(() -> new Rope(reader.topTheta(), new RopeScaling.None()));
    }

    private double topTheta() {
        return positive(json, "rope_theta", 10000);
    }

    private Rope rope(JsonFields rope) {
        for (String name : rope.asMap().keySet()) {
            if (!KNOWN.contains(name) && rope.has(name)) {
                throw rope.wrong(Strings.clip(name), "is not supported");
            }
        }
        if (rope.number("partial_rotary_factor", 1) != 1) {
            throw rope.wrong("partial_rotary_factor", "only 1 is supported");
        }
        double theta = rope.has("rope_theta") ? positive(rope, "rope_theta", 0) : topTheta();
        Optional<String> named = rope.text("rope_type");
        Optional<String> older = rope.text("type");
        if (named.isPresent() && older.isPresent() && !Objects.equals(named, older)) {
            throw rope.wrong("type", "disagrees with rope_type");
        }
        return new Rope(theta, scaling(rope, named.or(() -> older).orElse("default")));
    }

    private RopeScaling scaling(JsonFields rope, String type) {
        try {
            return switch (type) {
                case "default" -> new RopeScaling.None();
                case "linear" -> new RopeScaling.Linear(required(rope, "factor"));
                case "llama3" ->
                    new RopeScaling.Llama3(
                            required(rope, "factor"),
                            required(rope, "low_freq_factor"),
                            required(rope, "high_freq_factor"),
                            original(rope));
                default ->
                    throw rope.wrong(
                            "rope_type",
                            "'" + Strings.clip(type) + "' is not supported; known are [default, linear, llama3]");
            };
        } catch (IllegalArgumentException e) {
            throw rope.wrong("rope_type", type + ": " + e.getMessage());
        }
    }

    private int original(JsonFields rope) {
        String name = "original_max_position_embeddings";
        if (rope.has(name) && json.has(name) && rope.positive(name, 1) != json.positive(name, 1)) {
            throw rope.wrong(name, "disagrees with the field of the same name outside");
        }
        return rope.has(name) ? rope.positive(name, 1) : json.positive(name, context);
    }

    private static double required(JsonFields rope, String name) {
        if (!rope.has(name)) {
            throw rope.wrong(name, "is missing");
        }
        return rope.number(name, 0);
    }

    private static double positive(JsonFields fields, String name, double absent) {
        double value = fields.number(name, absent);
        if (!(value > 0)) {
            throw fields.wrong(name, "must be positive, not " + value);
        }
        return value;
    }
}
