package dev.reft.benchmarks;

import dev.reft.model.Evaluation;
import dev.reft.model.ForwardPass;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A training step whose time outside the engine is taken: evaluating the objective, and carrying floats both ways. */
final class Boundary {
    private static final Set<Output> WANTED = Set.of(Output.LOG_PROB, Output.ENTROPY, Output.VALUE);

    private final Policy policy;
    private final TokenBatch batch;
    private final double[] outside = new double[64];
    private int steps;

    Boundary(Policy policy, TokenBatch batch) {
        this.policy = policy;
        this.batch = batch;
    }

    void step() {
        try (ForwardPass pass = policy.forward(batch, WANTED)) {
            TokenScores scores = pass.scores();
            long start = System.nanoTime();
            Evaluation evaluation = objective().evaluate(scores);
            carry(scores);
            outside[steps++ % outside.length] = (System.nanoTime() - start) / 1e6;
            pass.backward(evaluation.slopes());
        }
        policy.step(new StepSize(1e-6, 1e-6, 1));
    }

    /** Median over the steps so far. */
    double outsideMillis() {
        double[] sorted = Arrays.copyOf(outside, Math.min(steps, outside.length));
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Touches every number of every output, as PPO's does. */
    private static Objective objective() {
        return scores -> {
            double loss = 0;
            Map<Output, float[][]> slopes = new EnumMap<>(Output.class);
            for (Map.Entry<Output, float[][]> channel : scores.channels().entrySet()) {
                float[][] rows = channel.getValue();
                float[][] slope = new float[rows.length][];
                for (int i = 0; i < rows.length; i++) {
                    slope[i] = new float[rows[i].length];
                    for (int t = 0; t < rows[i].length; t++) {
                        double ratio = Math.exp(rows[i][t] - 0.9 * rows[i][t]);
                        loss += ratio;
                        slope[i][t] = (float) (ratio * 1e-3);
                    }
                }
                slopes.put(channel.getKey(), slope);
            }
            return new Evaluation(loss, new Slopes(slopes), Map.of());
        };
    }

    /** What the engine itself spends at the boundary, done once more: every float into a tensor and out again. */
    private static void carry(TokenScores scores) {
        for (float[][] rows : scores.channels().values()) {
            try (PointerScope scope = new PointerScope()) {
                for (float[] row : rows) {
                    Tensor tensor = Tensor.create(row);
                    float[] back = new float[row.length];
                    FloatBuffer buffer = tensor.createBuffer();
                    buffer.get(back);
                    if (back[0] != row[0]) {
                        throw new IllegalStateException("a float changed on its way: " + row[0] + " to " + back[0]);
                    }
                }
            }
        }
    }
}
