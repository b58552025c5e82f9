package dev.reft.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A kind of decoder that Hugging Face has a {@code model_type} for: how its {@code config.json} is read and written, and
 * what its modules are called. What it computes is told by the {@link ModelConfig}, so no engine needs to know it. The guide
 * shows how one is added.
 */
public abstract class Architecture {
    private final String type;
    private final String className;
    private final DecoderNames names;

    /** An architecture under Hugging Face's names of its type, its class and its modules. */
    Architecture(String type, String className, DecoderNames names) {
        this.type = type;
        this.className = className;
        this.names = names;
    }

    /**
     * The types that are known.
     *
     * @return their names, sorted
     */
    public static Set<String> known() {
        return Collections.unmodifiableSet(Architectures.KNOWN.keySet());
    }

    /**
     * An architecture by its name.
     *
     * @param modelType such as {@code gpt2}
     * @return the architecture
     * @throws IllegalArgumentException naming the known ones, if it is not known
     */
    public static Architecture of(String modelType) {
        return find(modelType)
                .orElseThrow(() -> new IllegalArgumentException(
                        "the model type '" + modelType + "' is not supported; known are " + known()));
    }

    private static Optional<Architecture> find(String modelType) {
        return Optional.ofNullable(Architectures.KNOWN.get(modelType));
    }

    /**
     * Hugging Face's name of the type.
     *
     * @return such as {@code gpt2}
     */
    public String type() {
        return type;
    }

    /**
     * The names of its modules.
     *
     * @return the names
     */
    public DecoderNames names() {
        return names;
    }

    /** Reads the fields of a {@code config.json}, each absent one as transformers 5 would fill it in. */
    abstract ModelConfig describe(JsonFields json);

    /** The fields that say the same, as transformers 5 writes them; the common ones are added by the caller. */
    abstract Map<String, @Nullable Object> write(ModelConfig config);

    static ModelConfig read(Path file) {
        return parse(JsonFields.read(file));
    }

    static ModelConfig parse(JsonFields json) {
        String type = json.text("model_type").orElseThrow(() -> json.wrong("model_type", "is missing"));
        Architecture architecture = find(type)
                .orElseThrow(() -> json.wrong(
                        "model_type", "'" + Strings.clip(type) + "' is not supported; known are " + known()));
        refuseUnsupported(json);
        try {
            return architecture.describe(json);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw json.wrong("configuration", e.getMessage() + "");
        }
    }

    private static void refuseUnsupported(JsonFields json) {
        for (String name : List.of("quantization_config", "compression_config", "text_config", "encoder")) {
            if (json.has(name)) {
                throw json.wrong(name, "is not supported");
            }
        }
        for (String name : List.of("is_encoder_decoder", "add_cross_attention")) {
            if (json.bool(name, false)) {
                throw json.wrong(name, "true is not supported");
            }
        }
    }

    /** All fields of a configuration that was not read, or was changed since. */
    static Map<String, @Nullable Object> canonical(ModelConfig config) {
        Architecture architecture = of(config.modelType());
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        if (!config.fields().containsKey("architectures")) {
            fields.put("architectures", List.of(architecture.className));
        }
        fields.put("model_type", config.modelType());
        fields.put("vocab_size", config.vocabularySize());
        fields.put("tie_word_embeddings", config.tiedEmbeddings());
        fields.put("bos_token_id", boxed(config.tokens().begin()));
        fields.put("pad_token_id", boxed(config.tokens().pad()));
        List<Integer> ends = config.tokens().ends();
        fields.put("eos_token_id", ends.isEmpty() ? null : ends.size() == 1 ? ends.get(0) : ends);
        fields.putAll(architecture.write(config));
        // what the fields above cannot say must not be lost in silence
        ModelConfig read = parse(new JsonFields(Path.of("config.json"), "", fields));
        if (!read.attention().equals(config.attention())
                || !read.feedForward().equals(config.feedForward())
                || !read.norm().equals(config.norm())
                || !read.positions().equals(config.positions())
                || read.embeddingSize() != config.embeddingSize()) {
            throw new IllegalArgumentException("a " + config.modelType() + " cannot have " + config.attention()
                    + " with " + config.feedForward() + ", " + config.norm() + " and " + config.positions());
        }
        return fields;
    }

    private static @Nullable Integer boxed(OptionalInt id) {
        return id.isPresent() ? id.getAsInt() : null;
    }

    /** Special tokens, with the type's own where a field is absent. Some publishers write -1 for none. */
    static SpecialTokens tokens(JsonFields json, OptionalInt begin, List<Integer> ends, OptionalInt pad) {
        Map<String, @Nullable Object> all = json.asMap();
        return new SpecialTokens(
                all.containsKey("bos_token_id") ? id(json, "bos_token_id") : begin,
                all.containsKey("eos_token_id") ? json.tokenIds("eos_token_id") : ends,
                all.containsKey("pad_token_id") ? id(json, "pad_token_id") : pad);
    }

    private static OptionalInt id(JsonFields json, String name) {
        OptionalInt id = json.integer(name);
        return id.isPresent() && id.getAsInt() < 0 ? OptionalInt.empty() : id;
    }

    /** The type that weights are meant to have. */
    static String dtype(JsonFields json) {
        String name = json.text("dtype").or(() -> json.text("torch_dtype")).orElse("");
        return name.startsWith("torch.") ? name.substring("torch.".length()) : name;
    }

    /** The epsilon of the norms. */
    static double epsilon(JsonFields json, String name, double absent) {
        double epsilon = json.number(name, absent);
        if (epsilon < 0) {
            throw json.wrong(name, "must be 0 or more, not " + epsilon);
        }
        return epsilon;
    }

    /** The non-linearity, one of those that the type may have. */
    static Activation activation(JsonFields json, String name, String absent, Set<Activation> allowed) {
        String said = json.text(name).orElse(absent);
        return Activation.named(said)
                .filter(allowed::contains)
                .orElseThrow(() -> json.wrong(
                        name,
                        "'" + Strings.clip(said) + "' is not supported; known are "
                                + allowed.stream()
                                        .map(Activation::configName)
                                        .sorted()
                                        .toList()));
    }

    /** The width of a head that is the hidden size over the heads. */
    static int headDim(JsonFields json, String hiddenName, int hidden, String headsName, int heads) {
        if (hidden % heads != 0) {
            throw json.wrong(hiddenName, hidden + " is not a multiple of " + headsName + " " + heads);
        }
        return hidden / heads;
    }

    /** A number of layers that can be listed. */
    static int layers(JsonFields json, String name, int absent) {
        int layers = json.positive(name, absent);
        if (layers > 1 << 16) {
            throw json.wrong(name, layers + " is more than the 65536 that are supported");
        }
        return layers;
    }

    /** Refuses a switch that is not as it is for all published models. */
    static void only(JsonFields json, String name, boolean supported) {
        if (json.bool(name, supported) != supported) {
            throw json.wrong(name, !supported + " is not supported");
        }
    }
}
