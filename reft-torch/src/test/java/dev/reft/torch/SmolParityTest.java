package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Adapter;
import dev.reft.model.ForwardPass;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Replicas;
import dev.reft.model.Slopes;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** SmolLM2-135M-Instruct from its GGUF file against transformers in fp32. */
class SmolParityTest {
    private Path model;
    private JsonNode rows;

    /** Not in a static field: where the numbers are absent, a test is skipped, but a class that cannot begin fails. */
    @BeforeEach
    void find() {
        model = Golden.shared("models", "SmolLM2-135M-Instruct");
        rows = Golden.json(Golden.shared("golden", "models", "smollm2", "smollm2.json"))
                .get("rows");
    }

    @Test
    void scoresAgree() {
        Tally tally = new Tally("smollm2, rows");
        tally.expect(rows.size());
        try (OpenModel open = (OpenModel) new TorchProvider().open(Golden.spec(model, Precision.FP32))) {
            Network network = open.network();
            for (JsonNode row : rows) {
                ArrayNode one = ((ArrayNode) rows).arrayNode().add(row);
                TokenBatch batch = Golden.batch(one, 1f);
                try (Grad off = Grad.off();
                        Scope scope = new Scope()) {
                    Decoder decoder = network.decoder();
                    Layout layout = Packed.layout(batch, decoder);
                    Tensor hidden = Trunk.hidden(decoder, Packed.of(batch, layout, decoder));
                    Positions positions = Positions.of(batch, layout);
                    var scores = network.headScores(hidden, positions, Set.of(Output.LOG_PROB, Output.ENTROPY));
                    Golden.assertClose(one, "logp", scores.get(Output.LOG_PROB), 1e-3, "SmolLM2");
                    Golden.assertClose(one, "entropy", scores.get(Output.ENTROPY), 1e-3, "SmolLM2");
                    Tensor logits = decoder.logits(hidden.index_select(0, Ops.longs(positions.heads())));
                    checkTop(row, Ops.toFloats(logits.argmax(new LongOptional(1), false)));
                }
                tally.add(1);
            }
        }
        tally.print();
    }

    private static void checkTop(JsonNode row, float[] top) {
        int[] expected = Golden.ints(row.get("top"));
        double[] margin = Golden.doubles(row.get("margin"));
        for (int t = 0; t < expected.length; t++) {
            if (margin[t] > 1e-2) {
                assertEquals(expected[t], (int) top[t], "top token " + t);
            }
        }
    }

    /** Six supervised steps: mean cross-entropy of completions over four rows, AdamW, clipping at 1. */
    @Test
    void supervisedTraceAgrees() {
        JsonNode trace = Golden.json(Golden.shared("golden", "models", "smollm2", "smollm2_sft_trace.json"));
        ArrayNode four = ((ArrayNode) rows).arrayNode();
        for (int i = 0; i < 4; i++) {
            four.add(rows.get(i));
        }
        TokenBatch batch = Golden.batch(four, 1f);
        Tally tally = new Tally("smollm2, supervised steps");
        tally.expect(trace.get("steps").size());
        Training training = new Training(
                new ValueHead.None(),
                new Adapter.Full(),
                new Optimizer.AdamW(0.9, 0.999, 1e-8, 0.1),
                1,
                Replicas.SINGLE);
        try (Policy policy = new TorchProvider().openPolicy(Golden.spec(model, Precision.FP32), training)) {
            for (JsonNode step : trace.get("steps")) {
                double loss;
                try (ForwardPass pass = policy.forward(batch, Set.of(Output.LOG_PROB))) {
                    loss = loss(pass.scores().logProbs());
                    pass.backward(new Slopes(
                            Map.of(Output.LOG_PROB, slopes(pass.scores().logProbs()))));
                }
                assertEquals(step.get("loss").asDouble(), loss, 1e-3);
                StepResult result = policy.step(new StepSize(2e-5, 0, 1));
                double norm = step.get("norm_before_clip").asDouble();
                assertTrue(result.applied());
                assertEquals(norm, result.gradientNorm(), 1e-2 * norm);
                tally.add(1);
            }
            float[][] last = policy.score(batch, Set.of(Output.LOG_PROB)).logProbs();
            assertEquals(trace.get("final_loss").asDouble(), loss(last), 1e-3);
        }
        tally.print();
    }

    private static int count(float[][] rows) {
        int count = 0;
        for (float[] row : rows) {
            count += row.length;
        }
        return count;
    }

    private static double loss(float[][] logProbs) {
        double sum = 0;
        for (float[] row : logProbs) {
            for (float logProb : row) {
                sum -= logProb;
            }
        }
        return sum / count(logProbs);
    }

    private static float[][] slopes(float[][] logProbs) {
        float each = -1f / count(logProbs);
        float[][] slopes = new float[logProbs.length][];
        for (int i = 0; i < slopes.length; i++) {
            slopes[i] = new float[logProbs[i].length];
            Arrays.fill(slopes[i], each);
        }
        return slopes;
    }
}
