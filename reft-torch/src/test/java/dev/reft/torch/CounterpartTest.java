package dev.reft.torch;

import dev.reft.checkpoint.ModelConfig;
import dev.reft.model.Adapter;
import dev.reft.model.ForwardPass;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Scorer;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Directories and adapters that reft writes, opened by transformers and PEFT. */
@Tag("slow")
class CounterpartTest {
    private static final Set<Output> LOG = Set.of(Output.LOG_PROB);

    @Test
    void othersOpenWhatIsWritten(@TempDir Path directory) throws IOException, InterruptedException {
        Counterparts.assumePython();
        List<Map<String, Object>> jobs = new ArrayList<>();
        for (Path model : Golden.tinyModels()) {
            jobs.add(whole(model, directory));
            jobs.add(adapter(model, directory));
        }
        Counterparts.open(directory, jobs);
    }

    private static Map<String, Object> whole(Path model, Path directory) {
        Path target = directory.resolve("whole-" + model.getFileName());
        try (Policy policy = new TorchProvider()
                .openPolicy(Golden.spec(model, Precision.FP32), PeftParityTest.training(new Adapter.Full()))) {
            train(policy, model);
            policy.export(target);
            return Counterparts.job("transformers", model, target, rows(policy, model));
        }
    }

    private static Map<String, Object> adapter(Path model, Path directory) {
        Path target = directory.resolve("adapter-" + model.getFileName());
        boolean tied = ModelConfig.read(model).tiedEmbeddings();
        Adapter.Lora lora = new Adapter.Lora(
                3,
                6,
                List.of("all-linear"),
                true,
                Map.of("layers.1.self_attn.q_proj", 2),
                Map.of("layers.0.mlp.down_proj", 9.0),
                tied ? List.of() : List.of("lm_head"));
        if (tied) {
            lora = new Adapter.Lora(3, 6, List.of("all-linear"));
        }
        try (Policy policy =
                new TorchProvider().openPolicy(Golden.spec(model, Precision.FP32), PeftParityTest.training(lora))) {
            train(policy, model);
            policy.export(target);
            return Counterparts.job("peft", model, target, rows(policy, model));
        }
    }

    private static TokenBatch batch(Path model) {
        JsonNode rows = Golden.json(model.resolve("expected.json")).get("rows");
        List<dev.reft.model.Row> all = new ArrayList<>();
        for (JsonNode row : rows) {
            int[] ids = Golden.ints(row.get("ids"));
            int[] scored = new int[ids.length - 1];
            Arrays.setAll(scored, i -> i + 1);
            all.add(new dev.reft.model.Row(ids, scored, 1f));
        }
        return TokenBatch.of(all);
    }

    private static void train(Policy policy, Path model) {
        TokenBatch batch = batch(model);
        for (int step = 0; step < 3; step++) {
            try (ForwardPass pass = policy.forward(batch, LOG)) {
                float[][] slopes = new float[batch.size()][];
                for (int i = 0; i < slopes.length; i++) {
                    slopes[i] = new float[batch.row(i).scored().length];
                    Arrays.fill(slopes[i], i % 2 == 0 ? -0.1f : 0.1f);
                }
                pass.backward(new Slopes(Map.of(Output.LOG_PROB, slopes)));
            }
            policy.step(new StepSize(0.01, 0, 1));
        }
    }

    private static List<Map<String, Object>> rows(Scorer model, Path from) {
        TokenBatch batch = batch(from);
        float[][] found = model.score(batch, LOG).logProbs();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < found.length; i++) {
            rows.add(Map.of("ids", batch.row(i).tokens(), "logp", found[i]));
        }
        return rows;
    }
}
