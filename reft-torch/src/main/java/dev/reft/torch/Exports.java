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
    private Exports() {}

    /**
     * Writes a Hugging Face directory in which adapters are added to the weights, with the value layer beside it if the
     * model has one on its own hidden states.
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
     * the chat template of the model.
     *
     * @param model a model or policy that {@link TorchProvider} opened
     * @param file the file, which may exist; its directory must
     * @param format of matrices
     * @throws IllegalArgumentException if the model is another provider's, or is one that GGUF cannot say
     * @throws dev.reft.checkpoint.CheckpointException if llama.cpp has no such tokenizer
     */
    public static void gguf(Model model, Path file, GgufWriter.Format format) {
        OpenModel open = own(model);
        try (CallGuard.Call call = open.enter("export")) {
            Failures.run("export", () -> gguf(open, file, format));
        }
    }

    private static void gguf(OpenModel open, Path file, GgufWriter.Format format) {
        Origin origin = open.origin();
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
                if (checkpoint.ggufMetadata().isPresent()) {
                    return checkpoint.ggufMetadata().get().asMap("tokenizer.");
                }
            }
        }
        return GgufTokenizers.metadata(
                origin.directory(), origin.config(), origin.generation().endIds(origin.config()));
    }

    private static OpenModel own(Model model) {
        if (model instanceof OpenModel open) {
            return open;
        }
        throw new IllegalArgumentException("the model " + model.info().id() + " was not opened by torch");
    }
}
