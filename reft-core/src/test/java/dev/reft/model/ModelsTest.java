package dev.reft.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding a provider, and what a failed look-up says. */
class ModelsTest {
    @TempDir
    Path services;

    /** A model that can do nothing. */
    static final class Idle implements Model {
        boolean closed;

        @Override
        public ModelInfo info() {
            throw new AssertionError("not called here");
        }

        @Override
        public dev.reft.text.Tokenizer tokenizer() {
            throw new AssertionError("not called here");
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** Opens idle models called 'idle'. */
    public static final class IdleProvider implements ModelProvider {
        static Idle last = new Idle();

        @Override
        public String name() {
            return "idle-provider";
        }

        @Override
        public Optional<String> refuses(ModelSpec spec) {
            return spec.model().equals("idle") ? Optional.empty() : Optional.of("it is not idle");
        }

        @Override
        public Model open(ModelSpec spec) {
            last = new Idle();
            return last;
        }
    }

    private <T> T withProvider(Callable<T> call) throws Exception {
        Path file = services.resolve("META-INF/services/" + ModelProvider.class.getName());
        Files.createDirectories(file.getParent());
        Files.writeString(file, IdleProvider.class.getName());
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = loader(before)) {
            Thread.currentThread().setContextClassLoader(loader);
            return call.call();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private URLClassLoader loader(ClassLoader parent) throws IOException {
        return new URLClassLoader(new URL[] {services.toUri().toURL()}, parent);
    }

    private static String failure(Callable<?> call) {
        return assertThrows(IllegalArgumentException.class, call::call).getMessage();
    }

    @Test
    void withoutProvidersTheMessageNamesTheDependency() {
        String message = failure(() -> Models.open(ModelSpec.of("some/model"), Scorer.class));
        assertTrue(message.contains("cannot open a Scorer from 'some/model' on cpu in FP32"), message);
        assertTrue(message.contains("dev.reft:reft-torch"), message);
    }

    @Test
    void aProviderIsFoundThroughTheContextLoader() throws Exception {
        Model model = withProvider(() -> Models.open(ModelSpec.of("idle"), Model.class));
        assertSame(IdleProvider.last, model);
    }

    @Test
    void aRefusalTellsWhatEachProviderSaid() throws Exception {
        ModelSpec spec = new ModelSpec("busy", "cuda:0", Precision.BF16, List.of());
        String message = withProvider(() -> failure(() -> Models.open(spec, Scorer.class)));
        assertTrue(message.contains("'busy' on cuda:0 in BF16"), message);
        assertTrue(message.contains("idle-provider: it is not idle"), message);
    }

    @Test
    void aModelThatCannotDoWhatIsWantedIsClosedAgain() throws Exception {
        String message = withProvider(() -> failure(() -> Models.open(ModelSpec.of("idle"), Sampler.class)));
        assertTrue(message.contains("idle-provider: opens it, but not as a Sampler"), message);
        assertTrue(IdleProvider.last.closed);
    }

    @Test
    void aProviderThatDoesNotTrainSaysSo() throws Exception {
        String message = withProvider(() -> failure(() -> Models.openPolicy(ModelSpec.of("idle"), Training.full(1))));
        assertTrue(message.contains("idle-provider: does not train"), message);
        assertEquals(1, message.split("idle-provider", -1).length - 1, message);
    }
}
