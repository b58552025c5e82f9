package dev.reft.torch;

import dev.reft.checkpoint.NormConfig;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A norm over the last dimension, its statistics in fp32.
 *
 * @param kind what it computes
 * @param epsilon added to the mean square or the variance
 * @param weight [width]
 * @param bias [width], or null
 */
record Norm(
        NormConfig.Kind kind,
        double epsilon,
        Parameter weight,
        @Nullable Parameter bias) {
    /** Applies the norm to x [..., width]. */
    Tensor apply(Tensor x) {
        Tensor scale = weight.value();
        long[] over = {scale.size(0)};
        return switch (kind) {
            case RMS -> torch.rms_norm(x, over, new TensorOptional(scale), new DoubleOptional(epsilon));
            case LAYER ->
                torch.layer_norm(
                        x,
                        over,
                        new TensorOptional(scale),
                        bias == null ? new TensorOptional() : new TensorOptional(bias.value()),
                        epsilon,
                        true);
        };
    }

    Norm with(UnaryOperator<Parameter> weights) {
        return new Norm(kind, epsilon, weights.apply(weight), bias == null ? null : weights.apply(bias));
    }

    List<Parameter> parameters() {
        return bias == null ? List.of(weight) : List.of(weight, bias);
    }
}
