package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.reft.checkpoint.AttentionConfig;
import dev.reft.checkpoint.ModelConfig;
import dev.reft.model.Precision;
import dev.reft.torch.Attention.Heads;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention by every path against the definition in double precision. */
class PackedAttentionTest {
    private static final int HEADS = 4;
    private static final int KEYS = 2;
    private static final int WIDTH = 8;

    @BeforeAll
    static void start() {
        Engine.start(Optional.of(new Threads(1)), Optional.empty(), "cpu");
    }

    @ParameterizedTest
    @CsvSource({
        "FP32, 9, 0, 2e-6", "FP32, 9, 4, 2e-6", "FP32, 300, 0, 5e-6", "FP32, 300, 70, 5e-6",
        "BF16, 40, 0, 2e-2", "BF16, 40, 6, 2e-2", "BF16, 1030, 0, 2e-2", "BF16, 1030, 90, 2e-2"
    })
    void agreesWithTheDefinition(Precision precision, int longest, int window, double tolerance) {
        Placement placement = new Placement("cpu", precision);
        // Two buckets, of which one has two rows.
        Layout layout = Layout.of(new int[] {longest, 5, longest}, 0);
        try (Grad off = Grad.off();
                Scope scope = new Scope()) {
            Tensor q = random(1, layout.size(), HEADS).to(placement.type());
            Tensor k = random(2, layout.size(), KEYS).to(placement.type());
            Tensor v = random(3, layout.size(), KEYS).to(placement.type());
            Tensor found = new PackedAttention(config(window), placement, layout).attend(0, new Heads(q, k, v));
            float[] out = Ops.toFloats(found);
            float[] queries = Ops.toFloats(q);
            float[] keys = Ops.toFloats(k);
            float[] values = Ops.toFloats(v);
            int[] lengths = {longest, 5, longest};
            for (int row = 0; row < lengths.length; row++) {
                int start = layout.starts()[row];
                for (int t : new int[] {0, 1, lengths[row] / 2, lengths[row] - 1}) {
                    for (int head = 0; head < HEADS; head++) {
                        double[] expected = attend(queries, keys, values, start, t, head, window);
                        for (int d = 0; d < WIDTH; d++) {
                            int at = ((start + t) * HEADS + head) * WIDTH + d;
                            assertEquals(expected[d], out[at], tolerance, "row " + row + ", token " + t);
                        }
                    }
                }
            }
        }
    }

    private static double[] attend(float[] q, float[] k, float[] v, int start, int t, int head, int window) {
        int first = window == 0 ? 0 : Math.max(0, t - window + 1);
        int key = head / (HEADS / KEYS);
        double total = 0;
        double[] sum = new double[WIDTH];
        for (int j = first; j <= t; j++) {
            double score = 0;
            for (int d = 0; d < WIDTH; d++) {
                score += (double) q[((start + t) * HEADS + head) * WIDTH + d]
                        * k[((start + j) * KEYS + key) * WIDTH + d];
            }
            double weight = Math.exp(score / Math.sqrt(WIDTH));
            total += weight;
            for (int d = 0; d < WIDTH; d++) {
                sum[d] += weight * v[((start + j) * KEYS + key) * WIDTH + d];
            }
        }
        for (int d = 0; d < WIDTH; d++) {
            sum[d] /= total;
        }
        return sum;
    }

    private static Tensor random(long seed, int tokens, int heads) {
        return torch.zeros(tokens, heads, WIDTH).normal_(0, 1, new GeneratorOptional(torch.make_generator_cpu(seed)));
    }

    private static ModelConfig config(int window) {
        ModelConfig c = ModelConfig.read(Path.of(Tiny.llama(Precision.FP32).model()));
        return new ModelConfig(
                c.modelType(),
                c.vocabularySize(),
                HEADS * WIDTH,
                1,
                4096,
                c.normEpsilon(),
                new AttentionConfig(HEADS, KEYS, WIDTH, false, false, false, List.of(window)),
                c.feedForward(),
                c.rope(),
                false,
                c.tokens(),
                c.dtype(),
                c.fields());
    }
}
