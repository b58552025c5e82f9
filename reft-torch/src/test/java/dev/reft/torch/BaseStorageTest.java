package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Adapter;
import dev.reft.model.ForwardPass;
import dev.reft.model.LanguageModel;
import dev.reft.model.MemoryLoad;
import dev.reft.model.ModelSpec;
import dev.reft.model.Models;
import dev.reft.model.Output;
import dev.reft.model.Policy;
import dev.reft.model.Precision;
import dev.reft.model.Row;
import dev.reft.model.Slopes;
import dev.reft.model.StepSize;
import dev.reft.model.TokenBatch;
import dev.reft.model.Training;
import dev.reft.testkit.contract.PolicyContract;
import dev.reft.testkit.contract.Tolerance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A frozen base in fewer bits: the same numbers nearly, the same rules exactly. */
class BaseStorageTest {
    private static final Adapter.Lora LORA = new Adapter.Lora(3, 6, List.of("all-linear"));
    private static final TokenBatch BATCH =
            TokenBatch.of(List.of(new Row(new int[] {3, 9, 4, 7, 1}, new int[] {1, 2, 3, 4}, 1f)));
    private static final Set<Output> LOG = Set.of(Output.LOG_PROB);

    @Nested
    class EightBits implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return new TorchProvider().openPolicy(Tiny.gpt2(Precision.FP32, BaseStorage.INT8), training);
        }

        @Override
        public Adapter adapter() {
            return new Adapter.Lora(3, 6, List.of("c_attn", "mlp.c_proj"));
        }
    }

    @Nested
    class EightBitsUnderBf16 implements PolicyContract {
        @Override
        public Policy openPolicy(Training training) {
            return new TorchProvider().openPolicy(Tiny.llama(Precision.BF16, BaseStorage.INT8), training);
        }

        @Override
        public Adapter adapter() {
            // Few enough that the kit's probing step, a large one in bf16, stays where the loss is straight.
            return new Adapter.Lora(3, 3, List.of("v_proj", "o_proj"));
        }

        @Override
        public Tolerance tolerance() {
            return Tolerance.BF16;
        }
    }

    /** A merge onto a base in fewer bits keeps its rounding, and says so. */
    @Test
    void aMergeTellsThatTheBaseWasRounded(@TempDir Path directory) {
        List<LogRecord> told = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                told.add(entry);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(Exports.class.getName());
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            for (ModelSpec spec : List.of(Tiny.llama(Precision.FP32), Tiny.llama(Precision.FP32, BaseStorage.INT8))) {
                boolean rounded = spec.options().contains(BaseStorage.INT8);
                try (Policy policy = new TorchProvider().openPolicy(spec, PeftParityTest.training(LORA))) {
                    Exports.merged(policy, directory.resolve("rounded-" + rounded));
                }
                assertEquals(rounded ? 1 : 0, told.size());
            }
            assertTrue(told.get(0).getMessage().contains("rounding"), told.get(0)::getMessage);
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
    }

    @ParameterizedTest
    @EnumSource(BaseStorage.class)
    void numbersAreNearThoseOfTheWholeBase(BaseStorage storage) {
        for (List<ModelSpec> pair : List.of(
                List.of(Tiny.llama(Precision.FP32), Tiny.llama(Precision.FP32, storage)),
                List.of(Tiny.opt(false, Precision.FP32), Tiny.opt(false, Precision.FP32, storage)))) {
            try (LanguageModel whole = new TorchProvider().open(pair.get(0));
                    LanguageModel small = new TorchProvider().open(pair.get(1))) {
                assertArrayEquals(
                        whole.score(BATCH, LOG).logProbs()[0],
                        small.score(BATCH, LOG).logProbs()[0],
                        0.25f);
            }
        }
    }

    /** The adapter's gradients are those of a base that holds the rounded numbers in full. */
    @Test
    void gradientsAreThoseOfTheRoundedBase() {
        ModelSpec spec = Tiny.llama(Precision.FP32);
        try (TorchPolicy small = open(Tiny.llama(Precision.FP32, BaseStorage.INT8));
                TorchPolicy rounded = open(spec)) {
            try (Scope scope = new Scope();
                    Grad off = Grad.off()) {
                List<Parameter> from = small.network().decoder().base();
                List<Parameter> to = rounded.network().decoder().base();
                for (int i = 0; i < from.size(); i++) {
                    to.get(i).value().copy_(from.get(i).matrix());
                }
            }
            for (TorchPolicy policy : List.of(small, rounded)) {
                try (ForwardPass pass = policy.forward(BATCH, LOG)) {
                    pass.backward(new Slopes(Map.of(Output.LOG_PROB, new float[][] {{1, -1, 0.5f, -2}})));
                }
            }
            Map<String, float[]> found = TinyGradientTest.gradients(small);
            Map<String, float[]> expected = TinyGradientTest.gradients(rounded);
            assertEquals(expected.keySet(), found.keySet());
            expected.forEach((name, gradient) -> assertArrayEquals(gradient, found.get(name), 1e-5f, name));
            small.step(new StepSize(0.01, 0, 1));
            rounded.step(new StepSize(0.01, 0, 1));
            assertArrayEquals(
                    rounded.score(BATCH, LOG).logProbs()[0],
                    small.score(BATCH, LOG).logProbs()[0],
                    1e-5f);
        }
    }

    private static TorchPolicy open(ModelSpec spec) {
        return (TorchPolicy) new TorchProvider().openPolicy(spec, PeftParityTest.training(LORA));
    }

    @Test
    void eightBitsAreAsNearAsTheyCanBe() {
        try (Scope scope = new Scope();
                Grad off = Grad.off();
                Parameter parameter = Compact.parameter(
                        new Placement("cpu", Precision.FP32),
                        BaseStorage.INT8,
                        List.of(new Parameter.Piece("w", 0, 3)),
                        Parameter.Part.POLICY,
                        false,
                        3,
                        4)) {
            float[] numbers = {1, -2, 0.5f, 0.003f, 0, 0, 0, 0, 1e-6f, -3e-6f, 2e-6f, 0};
            parameter.fill(0, Tensor.create(numbers, 3, 4));
            float[] back = Ops.toFloats(parameter.matrix());
            for (int i = 0; i < numbers.length; i++) {
                float largest = List.of(2f, 0f, 3e-6f).get(i / 4);
                assertEquals(numbers[i], back[i], largest / 254 + 1e-12, "element " + i);
            }
            assertArrayEquals(
                    new float[] {back[8], back[9], back[10], back[11], back[0], back[1], back[2], back[3]},
                    Ops.toFloats(parameter.matrix(Ops.longs(new int[] {2, 0}))));
        }
    }

    @Test
    void theEstimateCountsTheSmallBase() {
        Training training = PeftParityTest.training(LORA);
        MemoryLoad load = new MemoryLoad(5, 10, 0, false);
        long whole = Models.estimate(Tiny.llama(Precision.FP32), training, load)
                .orElseThrow()
                .weights();
        long eight = Models.estimate(Tiny.llama(Precision.FP32, BaseStorage.INT8), training, load)
                .orElseThrow()
                .weights();
        long matrices = 2 * 29 * 16 + 2 * (16 * (32 + 16 + 72));
        assertEquals(3L * matrices, whole - eight);
    }
}
