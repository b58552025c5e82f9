package dev.reft.torch;

import dev.reft.checkpoint.Architecture;
import dev.reft.checkpoint.Checkpoint;
import dev.reft.checkpoint.DecoderNames;
import dev.reft.checkpoint.GgufMetadata;
import dev.reft.checkpoint.HfModelWriter;
import dev.reft.checkpoint.PeftAdapter;
import dev.reft.checkpoint.SafetensorsWriter;
import dev.reft.checkpoint.TensorInfo;
import dev.reft.checkpoint.hub.HubCache;
import dev.reft.checkpoint.tokenizer.HfTokenizer;
import dev.reft.io.AtomicFiles;
import dev.reft.model.Adapter;
import dev.reft.torch.Parameter.Piece;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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

    static void refuseOccupied(Path directory) throws IOException {
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
            PeftAdapter.write(target, lora, origin.spec().model(), origin.config(), adapterTensors(origin, decoder));
        } else {
            writeModel(origin, decoder, target);
        }
        if (values != null) {
            writeValues(values, target);
        }
    }

    static void writeValues(ValueLayer values, Path target) throws IOException {
        SafetensorsWriter.writeFile(target.resolve(VALUES), pieces(values.parameters(), false), Map.of("format", "pt"));
    }

    /** A Hugging Face directory; adapters are added to the weights. */
    static void writeModel(Origin origin, Decoder decoder, Path target) throws IOException {
        HfModelWriter.write(
                target,
                origin.config(),
                origin.generation(),
                weights(decoder),
                SafetensorsWriter.DEFAULT_FILE_BYTES,
                others -> writeTokenizer(origin, others));
    }

    private static List<SafetensorsWriter.Tensor> adapterTensors(Origin origin, Decoder decoder) {
        DecoderNames names = Architecture.of(origin.config().modelType()).names();
        List<SafetensorsWriter.Tensor> tensors = pieces(decoder.adapters(), true);
        List<Parameter> saved =
                decoder.base().stream().filter(Parameter::trains).toList();
        for (SafetensorsWriter.Tensor tensor : pieces(saved, true)) {
            TensorInfo info = tensor.info();
            tensors.add(new SafetensorsWriter.Tensor(
                    new TensorInfo(names.whole(info.name()), info.type(), info.shape()), tensor.source()));
        }
        return tensors;
    }

    /** The tensors of the checkpoint under the names in which they were read, adapters added to them. */
    static List<SafetensorsWriter.Tensor> weights(Decoder decoder) {
        Map<Parameter, Linear> adapted = new IdentityHashMap<>();
        decoder.linears().stream()
                .filter(linear -> !linear.adapters().isEmpty())
                .forEach(linear -> adapted.put(linear.weight(), linear));
        List<SafetensorsWriter.Tensor> tensors = new ArrayList<>();
        for (Parameter parameter : decoder.base()) {
            Linear linear = adapted.get(parameter);
            for (Piece piece : parameter.pieces()) {
                tensors.add(Bytes.rows(
                        piece.name(),
                        decoder.placement().type(),
                        parameter.value().shape(),
                        linear == null ? parameter::matrix : linear::merged,
                        piece.from(),
                        piece.rows()));
            }
        }
        return tensors;
    }

    private static List<SafetensorsWriter.Tensor> pieces(List<Parameter> parameters, boolean masters) {
        List<SafetensorsWriter.Tensor> tensors = new ArrayList<>();
        for (Parameter parameter : parameters) {
            for (Piece piece : parameter.pieces()) {
                tensors.add(Bytes.rows(
                        piece.name(), masters ? parameter.optimized() : parameter.value(), piece.from(), piece.rows()));
            }
        }
        return tensors;
    }

    private static void writeTokenizer(Origin origin, Path target) throws IOException {
        copyTokenizer(origin.directory(), target);
        if (origin.fromFiles()) {
            // A GGUF file holds its tokenizer and chat template in itself.
            try (Checkpoint checkpoint =
                    Checkpoint.open(HubCache.locate(origin.spec().model()))) {
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
