package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Output;
import dev.reft.model.Precision;
import dev.reft.model.Scorer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The GGUF files in all their quantisations against transformers on the dequantised file. */
class GgufParityTest {
    @Test
    void logProbsAgree() {
        Path directory = Golden.shared("golden", "models", "gguf");
        JsonNode files = Golden.json(directory.resolve("expected.json")).get("files");
        assertTrue(files.size() > 0);
        Tally tally = new Tally("gguf, files");
        tally.expect(files.size());
        files.properties().forEach(file -> {
            Path path = directory.resolve(file.getKey());
            assertTrue(Files.exists(path), path.toString());
            try (Scorer model = new TorchProvider().open(Golden.spec(path, Precision.FP32))) {
                JsonNode rows = file.getValue().get("rows");
                float[][] found = model.score(Golden.batch(rows, 1f), Set.of(Output.LOG_PROB))
                        .logProbs();
                Golden.assertClose(rows, "logp", found, 1e-4, file.getKey());
            }
            tally.add(1);
        });
        tally.print();
    }
}
