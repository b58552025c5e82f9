package dev.reft.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.reft.model.Optimizer;
import dev.reft.torch.Parameter.Part;
import dev.reft.torch.Parameter.Piece;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AdamWTest {
    private static final Optimizer.AdamW ADAM = new Optimizer.AdamW(0.8, 0.95, 1e-6, 0.3);

    @BeforeAll
    static void start() {
        Engine.start(Optional.of(new Threads(1)), Optional.empty(), "cpu");
    }

    @Test
    void thisLibtorchHasTheFusedKernel() {
        assertTrue(Fused.available());
    }

    /** The plain operations that stand in for the fused kernel do the same, for matrices and vectors, scaled or not. */
    @Test
    void plainOperationsEqualTheFusedKernel() {
        for (double scale : new double[] {1, 0.37}) {
            for (long[] shape : new long[][] {{5, 7}, {13}}) {
                try (Grad off = Grad.off();
                        Scope scope = new Scope();
                        Parameter fused = parameter(shape);
                        Parameter plain = parameter(shape)) {
                    for (int step = 1; step <= 5; step++) {
                        Tensor gradient = random(shape, 100 + step);
                        fused.gradientByHand().copy_(gradient);
                        plain.gradientByHand().copy_(gradient);
                        AdamW.step(List.of(fused), ADAM, 0.05, scale);
                        plain.requireMoments();
                        plain.steps(step);
                        AdamW.plain(plain, ADAM, 0.05, plain.decays() ? ADAM.decay() : 0, scale);
                        fused.dropGradient();
                        plain.dropGradient();
                    }
                    assertArrayEquals(Ops.toFloats(fused.value()), Ops.toFloats(plain.value()), 2e-6f);
                }
            }
        }
    }

    private static Parameter parameter(long[] shape) {
        Parameter parameter = new Parameter(
                List.of(new Piece("w", 0, Math.toIntExact(shape[0]))), Part.POLICY, true, Scope.keep(random(shape, 1)));
        parameter.train(null);
        return parameter;
    }

    private static Tensor random(long[] shape, long seed) {
        return torch.zeros(shape).normal_(0, 1, new GeneratorOptional(torch.make_generator_cpu(seed)));
    }
}
