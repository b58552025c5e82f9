package dev.reft.torch;

import dev.reft.checkpoint.Checkpoint;
import dev.reft.checkpoint.GgufWriter;
import dev.reft.checkpoint.hub.HubCache;
import dev.reft.checkpoint.tokenizer.GgufTokenizers;
import dev.reft.io.AtomicFiles;
import dev.reft.model.CallGuard;
import dev.reft.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * Writes models of this provider in other forms than {@link dev.reft.model.Policy#export} does. Each is written aside and
 * appears whole or not at all.
 */
public final class Exports {
    private static final System.Logger LOGGER = System.getLogger(Exports.class.getName());

    private Exports() {}

    /**
     * Writes a Hugging Face directory in which adapters are added to the weights, with the value layer beside it if the
     * model has one on its own hidden states. The sums are those of the base as it is held: one that is held in fewer bits by
     * {@link BaseStorage} was rounded when it was opened, which a warning is logged of. To add an adapter to a base as it lies on
     * disk, export the adapter and open both by {@link AdapterFiles} and {@link MergeAdapter}.
     *
     * @param model a model or policy that {@link TorchProvider} opened
     * @param directory a new or empty directory
     * @throws IllegalArgumentException if the model is another provider's, or the directory is not empty
     */
    public static void merged(Model model, Path directory) {
        OpenModel open = own(model);
        try (CallGuard.Call call = open.enter("export")) {
            Failures.run("export", () -> merged(open, directory));
        }
    }

    private static void merged(OpenModel open, Path directory) {
        tellRounding(open);
        try {
            Exporter.refuseOccupied(directory);
            AtomicFiles.writeDirectory(directory, target -> {
                Network network = open.network();
                Exporter.writeModel(open.origin(), network.decoder(), target);
                if (network.valueLayer() != null && !network.separateCritic()) {
                    Exporter.writeValues(Objects.requireNonNull(network.valueLayer()), target);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot export to " + directory, e);
        }
    }

    /**
     * Writes one GGUF file that programs of the llama.cpp family run, adapters added to the weights, with the tokenizer and
     * the chat template of the model; of a base in fewer bits as {@link #merged}. One of a model without a tokenizer is for token ids only.
     *
     * @param model a model or policy that {@link TorchProvider} opened
     * @param file the file, which may exist; its directory must
     * @param format of matrices
     * @throws IllegalArgumentException if the model is another provider's, or is one that GGUF cannot say
     * @throws dev.reft.checkpoint.CheckpointException if llama.cpp has no such tokenizer, or more tokens end a completion than
     *     GGUF names
     */
    public static void gguf(Model model, Path file, GgufWriter.Format format) {
        OpenModel open = own(model);
        try (CallGuard.Call call = open.enter("export")) {
            Failures.run("export", () -> gguf(open, file, format));
        }
    }

    private static void gguf(OpenModel open, Path file, GgufWriter.Format format) {
        Origin origin = open.origin();
        tellRounding(open);
        try {
            GgufWriter.write(
                    file,
                    origin.config(),
                    open.info().id(),
                    tokenizer(origin),
                    Exporter.weights(open.network().decoder()),
                    format);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot export to " + file, e);
        }
    }

    /** What the model's own GGUF file says, unless a {@code tokenizer.json} lies beside it. */
    private static Map<String, ?> tokenizer(Origin origin) throws IOException {
        if (origin.fromFiles() && !Files.exists(origin.directory().resolve("tokenizer.json"))) {
            try (Checkpoint checkpoint =
                    Checkpoint.open(HubCache.locate(origin.spec().model()))) {
                Map<String, ?> own = checkpoint
                        .ggufMetadata()
                        .map(metadata -> metadata.asMap("tokenizer."))
                        .orElse(Map.of());
                if (own.containsKey("tokenizer.ggml.model")) {
                    return own;
                }
            }
        }
        return GgufTokenizers.metadata(
                origin.directory(), origin.config(), origin.generation().endIds(origin.config()));
    }

    private static void tellRounding(OpenModel open) {
        boolean adapted = !open.network().decoder().adapters().isEmpty();
        if (open.network().decoder().base().stream().anyMatch(Parameter::isCompact)) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "what is written of {0} has the rounding of its base, which is held in fewer bits (BaseStorage){1}",
                    open.info().id(),
                    adapted
                            ? "; to add the adapter to the base as it lies on disk, export it and open both with MergeAdapter"
                            : "");
        }
    }

    private static OpenModel own(Model model) {
        if (model instanceof OpenModel open) {
            return open;
        }
        throw new IllegalArgumentException("the model " + model.info().id() + " was not opened by torch");
    }
}
