package dev.reft.torch;

import dev.reft.checkpoint.Architecture;
import dev.reft.checkpoint.Checkpoint;
import dev.reft.checkpoint.GgufMetadata;
import dev.reft.checkpoint.HfModelWriter;
import dev.reft.checkpoint.SafetensorsWriter;
import dev.reft.checkpoint.tokenizer.HfTokenizer;
import dev.reft.io.AtomicFiles;
import dev.reft.model.Adapter;
import dev.reft.torch.Parameter.Piece;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a policy for others: a Hugging Face directory, or a PEFT adapter. Values go beside the model whose hidden states
 * they are read from ({@value #VALUES}; a separate critic into the directory {@value #CRITIC}); opening such a directory
 * finds them again.
 */
final class Exporter {
    static final String VALUES = "value_head.safetensors";
    static final String CRITIC = "critic";

    private static final List<String> TOKENIZER_FILES = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.jinja",
            "vocab.json",
            "merges.txt",
            "tokenizer.model");

    private Exporter() {}

    static void export(TorchPolicy policy, Origin origin, Path directory) {
        try {
            refuseOccupied(directory);
            AtomicFiles.writeDirectory(directory, target -> {
                Network network = policy.network();
                ValueLayer shared = network.separateCritic() ? null : network.valueLayer();
                write(policy, origin, network.decoder(), shared, target);
                if (network.separateCritic() && network.critic() != null) {
                    Path below = Files.createDirectory(target.resolve(CRITIC));
                    Origin critic = Objects.requireNonNull(origin.critic());
                    write(policy, critic, network.critic(), network.valueLayer(), below);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot export to " + directory, e);
        }
    }

    private static void refuseOccupied(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                if (files.findAny().isPresent()) {
                    throw new IllegalArgumentException("the directory " + directory + " is not empty");
                }
            }
        }
    }

    private static void write(
            TorchPolicy policy, Origin origin, Decoder decoder, @Nullable ValueLayer values, Path target)
            throws IOException {
        if (policy.training().adapter() instanceof Adapter.Lora lora) {
            writeAdapter(lora, origin, decoder, target);
        } else {
            HfModelWriter.write(
                    target,
                    origin.config(),
                    origin.generation(),
                    pieces("", decoder.base(), false),
                    SafetensorsWriter.DEFAULT_FILE_BYTES,
                    others -> writeTokenizer(origin, others));
        }
        if (values != null) {
            SafetensorsWriter.writeFile(
                    target.resolve(VALUES), pieces("", values.parameters(), false), Map.of("format", "pt"));
        }
    }

    private static void writeAdapter(Adapter.Lora lora, Origin origin, Decoder decoder, Path target)
            throws IOException {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("peft_type", "LORA");
        config.put("task_type", "CAUSAL_LM");
        config.put("base_model_name_or_path", origin.spec().model());
        config.put("r", lora.rank());
        config.put("lora_alpha", number(lora.alpha()));
        config.put(
                "target_modules",
                lora.targets().contains(Adapters.ALL) ? Adapters.names(origin.config()) : lora.targets());
        config.put("lora_dropout", 0.0);
        config.put("bias", "none");
        config.put(
                "fan_in_fan_out",
                Architecture.of(origin.config().modelType()).names().transposed());
        config.put("inference_mode", true);
        config.put("use_rslora", false);
        config.put("use_dora", false);
        AtomicFiles.writeText(
                target.resolve("adapter_config.json"),
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(config));
        SafetensorsWriter.writeFile(
                target.resolve("adapter_model.safetensors"),
                pieces("base_model.model.", decoder.adapters(), true),
                Map.of("format", "pt"));
    }

    private static Number number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < Integer.MAX_VALUE) {
            return (int) value;
        }
        return value;
    }

    private static List<SafetensorsWriter.Tensor> pieces(String prefix, List<Parameter> parameters, boolean masters) {
        List<SafetensorsWriter.Tensor> tensors = new ArrayList<>();
        for (Parameter parameter : parameters) {
            for (Piece piece : parameter.pieces()) {
                tensors.add(Bytes.rows(
                        prefix + piece.name(),
                        masters ? parameter.optimized() : parameter.value(),
                        piece.from(),
                        piece.rows()));
            }
        }
        return tensors;
    }

    private static void writeTokenizer(Origin origin, Path target) throws IOException {
        copyTokenizer(origin.directory(), target);
        if (origin.fromFiles()) {
            // A GGUF file holds its tokenizer and chat template in itself.
            try (Checkpoint checkpoint = Checkpoint.open(Path.of(origin.spec().model()))) {
                GgufMetadata gguf = checkpoint.ggufMetadata().orElse(null);
                if (gguf != null) {
                    HfTokenizer.writeGguf(gguf.asMap("tokenizer."), gguf.file(), target);
                }
            }
        }
    }

    private static void copyTokenizer(Path from, Path target) throws IOException {
        for (String name : TOKENIZER_FILES) {
            Path file = from.resolve(name);
            if (Files.isRegularFile(file)) {
                Files.copy(file, target.resolve(name));
            }
        }
    }
}
