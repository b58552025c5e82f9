package dev.reft.ppo;

import dev.reft.io.AtomicFiles;
import dev.reft.model.LanguageModel;
import dev.reft.model.Policy;
import dev.reft.model.Refreshable;
import dev.reft.model.Sampler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The policy's weights as they were before a step, for a sampler of its own. */
abstract class SamplerWeights {
    private final long step;

    SamplerWeights(long step) {
        this.step = step;
    }

    /** The step before which the weights were taken. */
    long step() {
        return step;
    }

    /** The sampler with these weights, for each step that it samples; later weights are never followed by earlier ones. */
    abstract Sampler open();

    /** Frees what they hold; called once, when no sampling uses them any more. */
    abstract void drop();

    /** Takes the weights on the thread that trains. */
    interface Source {
        SamplerWeights take(long step);
    }

    /** Frozen copies within this process. */
    static Source copies(Policy policy) {
        return step -> {
            LanguageModel copy = policy.frozenCopy();
            return new SamplerWeights(step) {
                @Override
                Sampler open() {
                    return copy;
                }

                @Override
                void drop() {
                    copy.close();
                }
            };
        };
    }

    /** A sampler elsewhere that reads exported files; the files are gone once they are no longer needed. */
    static Source exports(Policy policy, Sampler sampler, Refreshable refreshable) {
        return step -> {
            Path folder = export(policy);
            return new SamplerWeights(step) {
                private boolean opened;

                @Override
                Sampler open() {
                    if (!opened) {
                        refreshable.refresh(folder);
                        opened = true;
                    }
                    return sampler;
                }

                @Override
                void drop() {
                    delete(folder);
                }
            };
        };
    }

    private static Path export(Policy policy) {
        try {
            Path folder = Files.createTempDirectory("reft-sampler");
            try {
                policy.export(folder);
            } catch (RuntimeException | Error e) {
                delete(folder);
                throw e;
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("making a folder for the sampler's weights", e);
        }
    }

    private static void delete(Path folder) {
        try {
            AtomicFiles.deleteTree(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("removing the sampler's weights in " + folder, e);
        }
    }
}
