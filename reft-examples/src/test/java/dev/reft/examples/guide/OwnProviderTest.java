package dev.reft.examples.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Model;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.model.TokenBatch;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A provider of a host's own is found, used, and answers where it refuses. */
class OwnProviderTest {
    @Test
    void isFoundByServiceLoader(@TempDir Path services) throws IOException {
        Path file = services.resolve("META-INF/services/dev.reft.model.ModelProvider");
        Files.createDirectories(file.getParent());
        Files.writeString(file, OwnProvider.class.getName() + "\n");
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {services.toUri().toURL()}, before)) {
            Thread.currentThread().setContextClassLoader(loader);
            try (Scorer model = Models.open(ModelSpec.of("repeat:5"), Scorer.class)) {
                TokenBatch batch = TokenBatch.of(List.of(Row.of(new int[] {3}, new int[] {3, 4})));
                float[] logProbs = model.score(batch, Set.of(Output.LOG_PROB)).logProbs()[0];
                double once = Math.pow(2, 1.6); // the odds of token 3 of 5, after it came once
                assertEquals(Math.log(once / (once + 4)), logProbs[0], 1e-6);
                assertEquals(Math.log(1 / (once * once + 4)), logProbs[1], 1e-6);
            }
            String message = assertThrows(
                            IllegalArgumentException.class, () -> Models.open(ModelSpec.of("repeat:5"), Policy.class))
                    .getMessage();
            assertTrue(message.contains("repeat: opens it, but not as a Policy"), message);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void refusesByName() {
        assertTrue(new OwnProvider().refuses(ModelSpec.of("other")).isPresent());
        try (Model model = new OwnProvider().open(ModelSpec.of("repeat:5"))) {
            assertEquals(5, model.info().vocabularySize());
        }
    }
}
