package dev.reft.torch;

import dev.reft.model.Optimizer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * AdamW (arXiv 1711.05101) through libtorch's fused kernel, or, should a version lack it, through plain operations: with
 * gradient g, moments m and v and step count k, w is scaled by 1 - rate * decay (matrices only) and reduced by rate * m' /
 * (sqrt v' + epsilon), where m' = m / (1 - beta1^k) and v' = v / (1 - beta2^k).
 */
final class AdamW {
    private static final Logger LOG = System.getLogger("dev.reft.torch");

    private AdamW() {}

    /** One step of a group of reached parameters at one rate, their gradients scaled. */
    static void step(List<Parameter> group, Optimizer.AdamW adam, double rate, double scale) {
        for (Parameter parameter : group) {
            parameter.requireMoments();
            parameter.steps(parameter.steps() + 1);
        }
        boolean fused = Fused.available();
        for (boolean decays : new boolean[] {true, false}) {
            List<Parameter> part =
                    group.stream().filter(p -> p.decays() == decays).toList();
            double decay = decays ? adam.decay() : 0;
            if (!part.isEmpty() && fused) {
                fused(part, adam, rate, decay, scale);
            } else {
                part.forEach(parameter -> plain(parameter, adam, rate, decay, scale));
            }
        }
    }

    private static void fused(List<Parameter> part, Optimizer.AdamW adam, double rate, double decay, double scale) {
        List<Tensor> weights = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        List<Tensor> first = new ArrayList<>();
        List<Tensor> second = new ArrayList<>();
        float[] counts = new float[part.size()];
        for (int i = 0; i < counts.length; i++) {
            Parameter parameter = part.get(i);
            weights.add(parameter.optimized());
            gradients.add(parameter.gradient());
            first.add(Objects.requireNonNull(parameter.firstMoment()));
            second.add(Objects.requireNonNull(parameter.secondMoment()));
            counts[i] = parameter.steps();
        }
        Tensor steps = weights.get(0).is_cuda()
                ? Ops.floats(counts).to(weights.get(0).device(), Ops.type(weights.get(0)))
                : Ops.floats(counts);
        List<Tensor> stepList = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            stepList.add(steps.select(0, i));
        }
        // The kernel divides gradients by its grad_scale.
        Tensor inverse = scale == 1 ? null : steps.new_ones(1).squeeze().div_(new Scalar(scale));
        Fused.adamW(weights, gradients, first, second, stepList, adam, rate, decay, inverse);
    }

    static void plain(Parameter parameter, Optimizer.AdamW adam, double rate, double decay, double scale) {
        Tensor weights = parameter.optimized();
        Tensor gradient = scale == 1 ? parameter.gradient() : Ops.scale(parameter.gradient(), scale);
        Tensor first = Objects.requireNonNull(parameter.firstMoment());
        Tensor second = Objects.requireNonNull(parameter.secondMoment());
        long k = parameter.steps();
        if (decay != 0) {
            weights.mul_(new Scalar(1 - rate * decay));
        }
        first.lerp_(gradient, new Scalar(1 - adam.beta1()));
        second.mul_(new Scalar(adam.beta2())).addcmul_(gradient, gradient, new Scalar(1 - adam.beta2()));
        Tensor root = second.sqrt()
                .div_(new Scalar(Math.sqrt(1 - Math.pow(adam.beta2(), k))))
                .add_(new Scalar(adam.epsilon()));
        weights.addcdiv_(first, root, new Scalar(-rate / (1 - Math.pow(adam.beta1(), k))));
    }

    static void logFallback(RuntimeException e) {
        LOG.log(Level.WARNING, "this libtorch has no fused AdamW; plain operations take its place", e);
    }
}
