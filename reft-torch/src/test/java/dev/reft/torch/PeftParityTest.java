package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.TensorFile;
import dev.reft.model.Adapter;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Precision;
import dev.reft.model.Replicas;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Adapters that PEFT wrote, put into ours, give PEFT's log-probabilities. */
class PeftParityTest {
    @Test
    void adaptersComputeAsPeftDoes() throws IOException {
        int checked = 0;
        try (Stream<Path> all = Files.list(Golden.shared("golden", "models", "peft"))) {
            for (Path directory : all.sorted().toList()) {
                JsonNode config = Golden.json(directory.resolve("adapter_config.json"));
                // One rank and alpha for all layers is what an Adapter says.
                if (config.path("rank_pattern").isEmpty()
                        && config.path("alpha_pattern").isEmpty()) {
                    check(directory, config);
                    checked++;
                }
            }
        }
        assertTrue(checked > 0, "no adapters");
    }

    private static void check(Path directory, JsonNode config) {
        JsonNode expected = Golden.json(directory.resolve("expected.json"));
        Path base =
                Golden.shared("golden", "models", "tiny", expected.get("base").asString());
        int rank = config.get("r").asInt();
        double alpha = config.get("lora_alpha").asDouble();
        // Rank-stabilised scaling divides by the root of the rank (arXiv 2312.03732).
        double stabilised = config.get("use_rslora").asBoolean() ? alpha * Math.sqrt(rank) : alpha;
        List<String> targets = new ArrayList<>();
        config.get("target_modules").forEach(target -> targets.add(target.asString()));
        Training training = new Training(
                new ValueHead.None(),
                new Adapter.Lora(rank, stabilised, targets),
                Optimizer.AdamW.DEFAULT,
                1,
                Replicas.SINGLE);
        try (TorchPolicy policy =
                        (TorchPolicy) new TorchProvider().openPolicy(Golden.spec(base, Precision.FP32), training);
                TensorFile file = TensorFile.open(directory.resolve("adapter_model.safetensors"));
                Grad off = Grad.off()) {
            for (Parameter parameter : policy.trained()) {
                parameter
                        .pieces()
                        .forEach(piece -> Bytes.read(
                                file, "base_model.model." + piece.name(), parameter.value(), 0, piece.rows()));
            }
            JsonNode rows = expected.get("rows");
            float[][] found = policy.score(Golden.batch(rows, 1f), Set.of(Output.LOG_PROB))
                    .logProbs();
            Golden.assertClose(
                    rows, "logp", found, 1e-4, directory.getFileName().toString());
        }
    }
}
