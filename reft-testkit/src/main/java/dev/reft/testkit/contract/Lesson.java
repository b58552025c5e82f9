package dev.reft.testkit.contract;

import dev.reft.model.ForwardPass;
import dev.reft.model.ModelInfo;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Scorer;
import dev.reft.model.Slopes;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.TokenScores;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;

/** A linear loss: the sum of slope times output over a ragged batch, with random slopes. */
final class Lesson {
    private final TokenBatch batch;
    /** By row of the uncut batch. */
    private final Map<Output, float[][]> slopes;

    private Lesson(TokenBatch batch, Map<Output, float[][]> slopes) {
        this.batch = batch;
        this.slopes = slopes;
    }

    static Lesson of(ModelInfo info, long seed, Output... outputs) {
        for (Output output : outputs) {
            Assumptions.assumeTrue(info.outputs().contains(output), () -> "the model does not give " + output);
        }
        TokenBatch batch = Probe.ragged(info, seed);
        Random random = new Random(seed);
        Map<Output, float[][]> slopes = new EnumMap<>(Output.class);
        for (Output output : outputs) {
            float[][] rows = new float[batch.size()][];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = new float[output.length(batch.row(i).scored().length)];
                for (int t = 0; t < rows[i].length; t++) {
                    rows[i][t] = 2 * random.nextFloat() - 1;
                }
            }
            slopes.put(output, rows);
        }
        return new Lesson(batch, slopes);
    }

    TokenBatch batch() {
        return batch;
    }

    Set<Output> outputs() {
        return slopes.keySet();
    }

    /** The same slopes on some of the rows. */
    Lesson rows(int... rows) {
        return new Lesson(batch.select(rows), slopes);
    }

    /** The loss, in double. */
    double loss(Scorer scorer) {
        TokenScores scores = scorer.score(batch, outputs());
        double loss = 0;
        for (Output output : outputs()) {
            float[][] rows = Probe.channel(scores, output);
            float[][] slope = slopes(1).channels().getOrDefault(output, new float[0][]);
            for (int i = 0; i < rows.length; i++) {
                for (int t = 0; t < rows[i].length; t++) {
                    loss += (double) slope[i][t] * rows[i][t];
                }
            }
        }
        return loss;
    }

    /** Slopes of this cut, times a factor; new arrays, for they change owner. */
    Slopes slopes(float factor) {
        Map<Output, float[][]> cut = new EnumMap<>(Output.class);
        for (Map.Entry<Output, float[][]> channel : slopes.entrySet()) {
            float[][] rows = new float[batch.size()][];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = channel.getValue()[batch.origin(i)].clone();
                for (int t = 0; t < rows[i].length; t++) {
                    rows[i][t] *= factor;
                }
            }
            cut.put(channel.getKey(), rows);
        }
        return new Slopes(cut);
    }

    Lesson teach(Policy policy) {
        return teach(policy, 1);
    }

    Lesson teach(Policy policy, float factor) {
        try (ForwardPass pass = policy.forward(batch, outputs())) {
            pass.backward(slopes(factor));
        }
        return this;
    }

    /** One step at a rate for all parts, without clipping. */
    static StepResult step(Policy policy, double rate) {
        return policy.step(new StepSize(rate, rate, Double.POSITIVE_INFINITY));
    }

    /** The norm after this lesson was taught. */
    double normOn(Policy policy) {
        teach(policy);
        return norm(policy);
    }

    /** The norm of the gradients that were accumulated, which are dropped: a step of length zero. */
    static double norm(Policy policy) {
        return step(policy, 0).gradientNorm();
    }
}
