package dev.reft.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which layers see all keys and which a sliding window of them. Mistral: every layer, where {@code sliding_window} is not
 * null (absent means 4096). Qwen2 and 3: the window counts only with {@code use_sliding_window}; layers from
 * {@code max_window_layers} on have it, unless {@code layer_types} says which. Llama has none.
 */
final class WindowReader {
    private static final int ABSENT_WINDOW = 4096;

    private final JsonFields json;
    private final String type;
    private final int layers;

    WindowReader(JsonFields json, String type, int layers) {
        this.json = json;
        this.type = type;
        this.layers = layers;
        if (layers > 1 << 16) {
            throw json.wrong("num_hidden_layers", layers + " is more than the 65536 that are supported");
        }
    }

    List<Integer> windows() {
        return switch (type) {
            case "mistral" -> typed(Collections.nCopies(layers, window()));
            case "qwen2", "qwen3" -> typed(qwen());
            default -> typed(Collections.nCopies(layers, 0));
        };
    }

    private int window() {
        if (json.isNull("sliding_window")) {
            return 0;
        }
        return json.positive("sliding_window", ABSENT_WINDOW);
    }

    private List<Integer> qwen() {
        int window = json.bool("use_sliding_window", false) ? window() : 0;
        Optional<List<String>> types = json.texts("layer_types");
        OptionalInt first = json.integer("max_window_layers");
        List<Integer> windows = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            boolean slides = types.isPresent() && layer < types.get().size()
                    ? types.get().get(layer).equals("sliding_attention")
                    : layer >= first.orElse(28);
            windows.add(slides ? window : 0);
        }
        return windows;
    }

    /** Refuses {@code layer_types} that name something else than what the other fields come to. */
    private List<Integer> typed(List<Integer> windows) {
        Optional<List<String>> types = json.texts("layer_types");
        if (types.isEmpty()) {
            return windows;
        }
        if (types.get().size() != layers) {
            throw json.wrong("layer_types", "has " + types.get().size() + " entries for " + layers + " layers");
        }
        for (int layer = 0; layer < layers; layer++) {
            String wanted = windows.get(layer) > 0 ? "sliding_attention" : "full_attention";
            String said = types.get().get(layer);
            if (!said.equals(wanted)) {
                throw json.wrong(
                        "layer_types",
                        "has '" + Strings.clip(said) + "' for layer " + layer + ", which the other fields make "
                                + wanted);
            }
        }
        return windows;
    }
}
