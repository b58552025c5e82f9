package dev.reft.checkpoint;

import dev.reft.model.Adapter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads PEFT's {@code adapter_config.json}. PEFT grows kinds of adapters by fields that are null or false in all others, so
 * a field that is not known here must say nothing.
 */
final class PeftConfig {
    /** Fields that are read, that change nothing in a finished adapter, or that are checked by name. */
    private static final Set<String> KNOWN = Set.of(
            "peft_type",
            "task_type",
            "base_model_name_or_path",
            "r",
            "lora_alpha",
            "target_modules",
            "exclude_modules",
            "layers_to_transform",
            "layers_pattern",
            "rank_pattern",
            "alpha_pattern",
            "modules_to_save",
            "use_rslora",
            "bias",
            "init_lora_weights",
            // of training, of the run, of other kinds' defaults
            "lora_dropout",
            "fan_in_fan_out",
            "inference_mode",
            "auto_mapping",
            "revision",
            "peft_version",
            "megatron_core",
            "qalora_group_size",
            "eva_config",
            "runtime_config",
            "ensure_weight_tying");

    /** Ways to begin that leave the base's weights as they are. */
    private static final Set<String> BEGINNINGS = Set.of("gaussian", "eva", "orthogonal", "true", "false");

    private final JsonFields json;

    private PeftConfig(JsonFields json) {
        this.json = json;
    }

    /** Reads what is said, for the layers that the adapter's file holds. */
    static Adapter.Lora read(JsonFields json, Collection<String> layers) {
        return new PeftConfig(json).read(layers);
    }

    private Adapter.Lora read(Collection<String> layers) {
        refuseUnsupported();
        int rank = json.positive("r", 8);
        double alpha = json.number("lora_alpha", 8);
        if (!(alpha > 0)) {
            throw json.wrong("lora_alpha", "must be positive, not " + alpha);
        }
        return new Adapter.Lora(
                rank,
                alpha,
                targets(layers),
                json.bool("use_rslora", false),
                ranks(layers),
                alphas(layers),
                names("modules_to_save"));
    }

    private void refuseUnsupported() {
        only("peft_type", "LORA", "LORA");
        only("task_type", "CAUSAL_LM", "CAUSAL_LM");
        only("bias", "none", "none");
        Object beginning = json.asMap().get("init_lora_weights");
        if (beginning != null && !BEGINNINGS.contains(beginning.toString())) {
            throw json.wrong(
                    "init_lora_weights",
                    "'" + Strings.clip(beginning.toString()) + "' changed the base's weights, which is not supported");
        }
        for (Map.Entry<String, @Nullable Object> field : json.asMap().entrySet()) {
            if (!KNOWN.contains(field.getKey()) && says(field.getValue())) {
                throw json.wrong(Strings.clip(field.getKey()), "is not supported");
            }
        }
    }

    private void only(String name, String absent, String supported) {
        String said = json.text(name).orElse(absent);
        if (!said.equals(supported)) {
            throw json.wrong(name, "'" + Strings.clip(said) + "' is not supported, only " + supported);
        }
    }

    private static boolean says(@Nullable Object value) {
        return !(value == null
                || value.equals(false)
                || value instanceof Map<?, ?> map && map.isEmpty()
                || value instanceof Collection<?> list && list.isEmpty());
    }

    /** The names as they are; a regular expression becomes the layers that the file holds. */
    private List<String> targets(Collection<String> layers) {
        Object said = json.asMap().get("target_modules");
        if (said instanceof String text) {
            return text.equals(Adapter.Lora.ALL_LINEAR) ? List.of(text) : List.copyOf(layers);
        }
        List<String> targets = names("target_modules");
        boolean some = json.has("layers_to_transform") || json.has("exclude_modules");
        if (targets.isEmpty() || some) {
            return List.copyOf(layers);
        }
        for (String target : targets) {
            if (layers.stream().noneMatch(layer -> Adapter.Lora.means(target, layer))) {
                throw json.wrong(
                        "target_modules", "names '" + Strings.clip(target) + "', of which the file has no tensors");
            }
        }
        return targets;
    }

    private List<String> names(String field) {
        return json.texts(field).orElse(List.of());
    }

    private Map<String, Integer> ranks(Collection<String> layers) {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        patterns("rank_pattern", layers).forEach((name, fields) -> ranks.put(name, fields.positive(fields.only(), 1)));
        return ranks;
    }

    private Map<String, Double> alphas(Collection<String> layers) {
        Map<String, Double> alphas = new LinkedHashMap<>();
        patterns("alpha_pattern", layers).forEach((name, fields) -> {
            double alpha = fields.number(fields.only(), 0);
            if (!(alpha > 0)) {
                throw fields.wrong(fields.only(), "must be positive, not " + alpha);
            }
            alphas.put(name, alpha);
        });
        return alphas;
    }

    /** A pattern's fields by name; a regular expression is replaced by the layers that it means. */
    private Map<String, Pattern> patterns(String field, Collection<String> layers) {
        Map<String, Pattern> patterns = new LinkedHashMap<>();
        JsonFields fields = json.object(field).orElse(null);
        if (fields == null) {
            return patterns;
        }
        for (String key : fields.asMap().keySet()) {
            Pattern pattern = new Pattern(fields, key);
            for (String name : PeftNames.meant(fields, key, layers)) {
                patterns.putIfAbsent(name, pattern);
            }
        }
        return patterns;
    }

    /** One field of a pattern. */
    private record Pattern(JsonFields fields, String only) {
        int positive(String name, int absent) {
            return fields.positive(name, absent);
        }

        double number(String name, double absent) {
            return fields.number(name, absent);
        }

        CheckpointException wrong(String name, String problem) {
            return fields.wrong(name, problem);
        }
    }

    /** Where the base is said to be, which may be a name of the hub. */
    static String base(JsonFields json) {
        return json.text("base_model_name_or_path").orElse("");
    }

    /** The file's own text of the adapter. */
    static Map<String, Object> write(Adapter.Lora lora, String base, DecoderNames names, ModelConfig model) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("peft_type", "LORA");
        config.put("task_type", "CAUSAL_LM");
        config.put("base_model_name_or_path", base);
        config.put("r", lora.rank());
        config.put("lora_alpha", number(lora.alpha()));
        config.put(
                "target_modules",
                lora.targets().contains(Adapter.Lora.ALL_LINEAR) ? names.linears(model) : lora.targets());
        config.put("rank_pattern", lora.ranks());
        Map<String, Number> alphas = new LinkedHashMap<>();
        lora.alphas().forEach((name, alpha) -> alphas.put(name, number(alpha)));
        config.put("alpha_pattern", alphas);
        if (!lora.saved().isEmpty()) {
            config.put("modules_to_save", new ArrayList<>(lora.saved()));
        }
        config.put("lora_dropout", 0.0);
        config.put("bias", "none");
        config.put("fan_in_fan_out", names.transposed());
        config.put("inference_mode", true);
        config.put("use_rslora", lora.rankStabilised());
        config.put("use_dora", false);
        return config;
    }

    private static Number number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < Integer.MAX_VALUE) {
            return (int) value;
        }
        return value;
    }

    /** Where a configuration lies. */
    static Path in(Path directory) {
        return directory.resolve("adapter_config.json");
    }
}
