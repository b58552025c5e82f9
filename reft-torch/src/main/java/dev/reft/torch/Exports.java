package dev.reft.torch;

import dev.reft.io.AtomicFiles;
import dev.reft.model.CallGuard;
import dev.reft.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
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

    private static OpenModel own(Model model) {
        if (model instanceof OpenModel open) {
            return open;
        }
        throw new IllegalArgumentException("the model " + model.info().id() + " was not opened by torch");
    }
}
