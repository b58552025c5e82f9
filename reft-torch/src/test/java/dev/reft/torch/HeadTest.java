package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.checkpoint.ModelConfig;
import dev.reft.model.Precision;
import dev.reft.torch.Parameter.Part;
import dev.reft.torch.Parameter.Piece;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Log-probabilities, entropies and their gradients against the reference, through the chunked head. */
class HeadTest {
    @BeforeAll
    static void start() {
        Engine.start(Optional.of(new Threads(1)), Optional.empty(), "cpu");
    }

    @Test
    void referenceCasesAgree() throws IOException {
        int cases = 0;
        try (Stream<Path> files = Files.list(Golden.shared("golden", "training"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                JsonNode topic = Golden.json(file);
                if (topic.path("topic").asString("").equals("entropy_logprob")) {
                    for (JsonNode one : topic.get("cases")) {
                        check(one);
                        cases++;
                    }
                }
            }
        }
        assertTrue(cases > 0, "no cases");
    }

    private static void check(JsonNode one) {
        JsonNode inputs = one.get("inputs");
        JsonNode expected = one.get("expected");
        String id = one.get("id").asString();
        int n = inputs.get("logits").size();
        int vocabulary = inputs.get("logits").get(0).size();
        int[] mask = Golden.ints(inputs.get("mask"));
        int[] labels = Golden.ints(inputs.get("labels"));
        float[] flat = new float[n * vocabulary];
        float[] entropySlopes = new float[n];
        int counted = 0;
        for (int value : mask) {
            counted += value;
        }
        for (int i = 0; i < n; i++) {
            labels[i] = Math.max(0, labels[i]);
            entropySlopes[i] = counted == 0 ? 0 : (float) mask[i] / counted;
            for (int v = 0; v < vocabulary; v++) {
                flat[i * vocabulary + v] =
                        (float) inputs.get("logits").get(i).get(v).asDouble();
            }
        }
        float[] temperatures = new float[n];
        Arrays.fill(temperatures, (float) inputs.get("temperature").asDouble());
        try (Grad off = Grad.off();
                Scope scope = new Scope();
                Decoder decoder = identity(vocabulary)) {
            Tensor logits = Tensor.create(flat, n, vocabulary);
            Head head = new Head(decoder, logits, Ops.longs(labels), Ops.floats(temperatures));
            Tensor logProbs = torch.zeros(n);
            Tensor entropies = torch.zeros(n);
            head.score(logProbs, entropies);
            Tensor gradient = head.backward(torch.zeros(n), Ops.floats(entropySlopes), null);
            float[] found = Ops.toFloats(gradient);
            for (int i = 0; i < n; i++) {
                if (mask[i] != 0) {
                    close(expected.get("label_logprobs").get(i), Ops.toFloats(logProbs)[i], id + " logp " + i);
                    close(expected.get("entropy").get(i), Ops.toFloats(entropies)[i], id + " entropy " + i);
                }
                for (int v = 0; v < vocabulary; v++) {
                    close(expected.get("grad_mean_entropy_logits").get(i).get(v), found[i * vocabulary + v], id);
                }
            }
        }
    }

    private static void close(JsonNode expected, float found, String what) {
        double value = expected.asDouble();
        assertEquals(value, found, 1e-5 + 1e-5 * Math.abs(value), what);
    }

    /** A decoder without blocks whose head is the identity, so that hidden states are logits. */
    private static Decoder identity(int size) {
        ModelConfig config = config(size);
        Placement placement = new Placement("cpu", Precision.FP32);
        try (Scope scope = new Scope()) {
            Parameter matrix = parameter("lm_head.weight", torch.eye(size), size);
            return new Decoder(config, placement, new Decoder.Ends(matrix, null, null, null, null, matrix), List.of());
        }
    }

    private static Parameter parameter(String name, Tensor value, int rows) {
        return new Parameter(List.of(new Piece(name, 0, rows)), Part.POLICY, true, Scope.keep(value));
    }

    private static ModelConfig config(int size) {
        ModelConfig c = ModelConfig.read(Path.of(Tiny.llama(Precision.FP32).model()));
        return new ModelConfig(
                c.modelType(),
                size,
                size,
                c.layers(),
                c.contextLength(),
                c.normEpsilon(),
                c.attention(),
                c.feedForward(),
                c.rope(),
                true,
                c.tokens(),
                c.dtype(),
                c.fields());
    }

    /** The gradient of log-probabilities and entropies together, at several temperatures. */
    @Test
    void finiteDifferencesAgree() {
        int n = 3;
        int size = 7;
        try (Grad off = Grad.off();
                Scope scope = new Scope();
                Decoder decoder = identity(size)) {
            float[] base = {1, -2, 0.5f, 3, 0, 0.1f, -1, 2, 2, 2, -3, 1, 0, 0, 0.3f, 0.2f, -0.7f, 1.5f, -1, 0.9f, 0.4f};
            Tensor targets = Ops.longs(new int[] {0, 3, 6});
            Tensor temperatures = Ops.floats(0.7f, 1f, 2f);
            float[] a = {0.3f, -1.2f, 0.8f};
            float[] b = {1.1f, 0.4f, -0.6f};
            Head head = new Head(decoder, Tensor.create(base, n, size), targets, temperatures);
            float[] gradient = Ops.toFloats(head.backward(Ops.floats(a), Ops.floats(b), null));
            for (int i = 0; i < base.length; i++) {
                double difference = 0;
                for (int sign : new int[] {1, -1}) {
                    float[] moved = base.clone();
                    moved[i] += sign * 0.01f;
                    Tensor logProbs = torch.zeros(n);
                    Tensor entropies = torch.zeros(n);
                    new Head(decoder, Tensor.create(moved, n, size), targets, temperatures).score(logProbs, entropies);
                    for (int t = 0; t < n; t++) {
                        difference += sign
                                * ((double) a[t] * Ops.toFloats(logProbs)[t]
                                        + (double) b[t] * Ops.toFloats(entropies)[t]);
                    }
                }
                assertEquals(difference / 0.02, gradient[i], 2e-3, "element " + i);
            }
        }
    }
}
