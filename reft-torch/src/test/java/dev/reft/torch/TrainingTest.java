package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Adapter;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.ModelSpec;
import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Replicas;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import dev.reft.model.ValueHead;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What training on this engine promises beyond the contract: exact ratios, cuts, flat native memory. */
class TrainingTest {
    private static final Set<Output> ALL = EnumSet.of(Output.LOG_PROB, Output.ENTROPY, Output.VALUE);

    private static Policy open(ModelSpec spec, Adapter adapter, Optimizer optimizer) {
        return new TorchProvider()
                .openPolicy(spec, new Training(new ValueHead.Shared(), adapter, optimizer, 3, Replicas.SINGLE));
    }

    private static TokenBatch batch(int rows, long seed, int most) {
        Random random = new Random(seed);
        List<Row> list = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            int[] tokens = random.ints(4 + random.nextInt(most - 4), 0, 29).toArray();
            int[] scored = new int[tokens.length - 2];
            for (int t = 0; t < scored.length; t++) {
                scored[t] = t + 2;
            }
            list.add(new Row(tokens, scored, i % 2 == 0 ? 1f : 0.8f));
        }
        return TokenBatch.of(list);
    }

    private static void teach(Policy policy, TokenBatch batch) {
        try (ForwardPass pass = policy.forward(batch, ALL)) {
            pass.backward(slopes(batch));
        }
    }

    private static Slopes slopes(TokenBatch batch) {
        float[][] words = new float[batch.size()][];
        float[][] values = new float[batch.size()][];
        for (int i = 0; i < words.length; i++) {
            int n = batch.row(i).scored().length;
            words[i] = new float[n];
            values[i] = new float[n + 1];
            for (int t = 0; t < n; t++) {
                words[i][t] = (float) Math.sin(batch.origin(i) + 0.3 * t);
                values[i][t] = (float) Math.cos(batch.origin(i) + 0.7 * t);
            }
        }
        return new Slopes(Map.of(Output.LOG_PROB, words, Output.ENTROPY, copy(words), Output.VALUE, values));
    }

    private static float[][] copy(float[][] rows) {
        float[][] copy = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            copy[i] = rows[i].clone();
        }
        return copy;
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theFirstRatioIsExactlyOne(Precision precision) {
        try (Policy policy = open(Tiny.llama(precision), new Adapter.Full(), Optimizer.AdamW.DEFAULT)) {
            TokenBatch batch = batch(8, 1, 30);
            teach(policy, batch);
            policy.step(new StepSize(0.01, 0.01, 1));
            float[][] old = policy.score(batch, ALL).logProbs();
            try (ForwardPass pass = policy.forward(batch, ALL)) {
                for (int i = 0; i < old.length; i++) {
                    assertArrayEquals(old[i], pass.scores().logProbs()[i], "row " + i);
                }
            }
        }
    }

    @Test
    void microBatchesAddUp() {
        double whole = 0;
        float[][] after = new float[0][];
        for (int size : new int[] {8, 4, 2, 1}) {
            try (Policy policy = open(Tiny.qwen(Precision.FP32), new Adapter.Full(), new Optimizer.Sgd())) {
                TokenBatch batch = batch(8, 2, 40);
                for (int from = 0; from < 8; from += size) {
                    int[] rows = new int[size];
                    for (int i = 0; i < size; i++) {
                        rows[i] = from + i;
                    }
                    teach(policy, batch.select(rows));
                }
                double norm = policy.step(new StepSize(1e-3, 1e-3, 1e9)).gradientNorm();
                float[][] scores = policy.score(batch, Set.of(Output.LOG_PROB)).logProbs();
                if (size == 8) {
                    whole = norm;
                    after = scores;
                }
                assertEquals(whole, norm, 1e-5 * whole, "norm in cuts of " + size);
                for (int i = 0; i < scores.length; i++) {
                    assertArrayEquals(after[i], scores[i], 1e-4f, "scores in cuts of " + size);
                }
            }
        }
    }

    /** Handles count up by one for each that is forgotten, and a forgotten one may hold a whole graph. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void nativeHandlesStayConstant(Precision precision) {
        Adapter lora = new Adapter.Lora(2, 4, List.of(Adapter.Lora.ALL_LINEAR));
        for (Adapter adapter : List.of(new Adapter.Full(), lora)) {
            long before = Pointer.totalCount();
            try (Policy policy = open(Tiny.llama(precision), adapter, Optimizer.AdamW.DEFAULT)) {
                long steady = 0;
                for (int step = 0; step < 6; step++) {
                    TokenBatch batch = batch(6, 10 + step, 30 + 4 * step);
                    policy.score(batch, ALL);
                    teach(policy, batch);
                    teach(policy, batch.select(0, 3));
                    policy.step(new StepSize(0.01, 0.01, 1));
                    try (LanguageModel copy = policy.frozenCopy()) {
                        copy.score(batch, Set.of(Output.LOG_PROB));
                    }
                    long now = Pointer.totalCount();
                    if (step > 1) {
                        assertEquals(steady, now, "handles after step " + step);
                    }
                    steady = now;
                }
            }
            assertEquals(before, Pointer.totalCount(), "handles after close, " + adapter);
        }
    }

    /** What a pass that is abandoned open holds goes with the policy. */
    @Test
    void closingFreesOpenPasses() {
        long before = Pointer.totalCount();
        Policy policy = open(Tiny.llama(Precision.FP32), new Adapter.Full(), new Optimizer.Sgd());
        ForwardPass pass = policy.forward(batch(3, 5, 20), ALL);
        policy.close();
        pass.close();
        assertEquals(before, Pointer.totalCount());
    }

    @Test
    void checkpointingChangesNoNumber() {
        List<double[]> norms = new ArrayList<>();
        for (ModelSpec spec :
                List.of(Tiny.llama(Precision.FP32), Tiny.llama(Precision.FP32, new GradientCheckpointing()))) {
            for (Adapter adapter :
                    List.of(new Adapter.Full(), new Adapter.Lora(2, 4, List.of("q_proj", "down_proj")))) {
                try (Policy policy = open(spec, adapter, Optimizer.AdamW.DEFAULT)) {
                    double[] found = new double[3];
                    for (int step = 0; step < 3; step++) {
                        teach(policy, batch(5, step, 25));
                        found[step] = policy.step(new StepSize(0.01, 0.01, 1)).gradientNorm();
                    }
                    norms.add(found);
                }
            }
        }
        assertArrayEquals(norms.get(0), norms.get(2), 1e-5 * norms.get(0)[0]);
        assertArrayEquals(norms.get(1), norms.get(3), 1e-5 * norms.get(1)[0]);
    }

    /** B begins as zero, so an adapted policy begins as its base; only adapter and value head are trained. */
    @Test
    void loraBeginsAsItsBase() {
        TokenBatch batch = batch(4, 8, 20);
        Adapter lora = new Adapter.Lora(2, 4, List.of("k_proj", "gate_proj"));
        try (Policy full = open(Tiny.llama(Precision.FP32), new Adapter.Full(), new Optimizer.Sgd());
                TorchPolicy adapted = (TorchPolicy) open(Tiny.llama(Precision.FP32), lora, Optimizer.AdamW.DEFAULT)) {
            float[][] before = full.score(batch, Set.of(Output.LOG_PROB)).logProbs();
            float[][] same = adapted.score(batch, Set.of(Output.LOG_PROB)).logProbs();
            for (int i = 0; i < before.length; i++) {
                assertArrayEquals(before[i], same[i]);
            }
            assertEquals(2 * 2 * 2 + 2, adapted.trained().size());
            teach(adapted, batch);
            assertTrue(adapted.step(new StepSize(0.01, 0.01, 1)).applied());
        }
    }
}
