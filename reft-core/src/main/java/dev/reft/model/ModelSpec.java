package dev.reft.model;

import java.util.List;

/**
 * Which model to open, and how.
 *
 * @param model a Hugging Face directory, a {@code .gguf} file, or a directory with exactly one {@code .gguf} (a
 *     {@code tokenizer.json} beside it wins over the file's own)
 * @param device where tensors live: {@code cpu}, {@code cuda:0}
 * @param precision of weights and arithmetic
 * @param options typed options of a provider; one that a provider does not know is refused by name
 */
public record ModelSpec(String model, String device, Precision precision, List<ProviderOption> options) {
    /**
     * Copies the options.
     *
     * @throws IllegalArgumentException if model or device is blank
     */
    public ModelSpec {
        if (model.isBlank() || device.isBlank()) {
            throw new IllegalArgumentException("model '" + model + "' and device '" + device + "' must not be blank");
        }
        options = List.copyOf(options);
    }

    /**
     * A model on the CPU in fp32, without options.
     *
     * @param model path of a directory or a {@code .gguf} file
     * @return the specification
     */
    public static ModelSpec of(String model) {
        return new ModelSpec(model, "cpu", Precision.FP32, List.of());
    }
}
