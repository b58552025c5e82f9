package dev.reft.testkit.tiny;

import dev.reft.model.Optimizer;
import dev.reft.model.Output;
import dev.reft.model.Replicas;
import dev.reft.model.Slopes;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import java.util.Arrays;

/** Gradients, moments and the optimiser's step, in double precision. */
final class Descent {
    private final TinyCore core;
    final double[] gradient;
    final double[] first;
    final double[] second;
    /** Steps that each part has taken, for AdamW's bias correction. */
    final long[] steps;

    private final boolean[] reached;
    Optimizer optimizer;

    Descent(TinyCore core, Optimizer optimizer) {
        this.core = core;
        this.optimizer = optimizer;
        gradient = new double[core.layout.size()];
        first = new double[core.layout.size()];
        second = new double[core.layout.size()];
        steps = new long[core.layout.parts().size()];
        reached = new boolean[steps.length];
    }

    /** Notes which parts the slopes of a pass come to; a channel without a number reaches nothing. */
    void reach(Slopes slopes) {
        boolean words = any(slopes, Output.LOG_PROB) || any(slopes, Output.ENTROPY);
        boolean values = any(slopes, Output.VALUE);
        boolean detached = any(slopes, Output.DETACHED_VALUE);
        Network valued = core.critic == null ? core.actor : core.critic;
        mark(core.actor.trunkPart, words);
        mark(core.actor.headPart, words);
        mark(valued.trunkPart, values);
        mark(valued.valuePart, values || detached);
    }

    private void mark(int part, boolean yes) {
        if (yes) {
            reached[part] = true;
        }
    }

    private static boolean any(Slopes slopes, Output output) {
        for (float[] row : slopes.channels().getOrDefault(output, new float[0][])) {
            if (row.length > 0) {
                return true;
            }
        }
        return false;
    }

    boolean anyReached() {
        for (boolean part : reached) {
            if (part) {
                return true;
            }
        }
        return false;
    }

    void discard() {
        Arrays.fill(gradient, 0);
        Arrays.fill(reached, false);
    }

    void restart(Optimizer next) {
        optimizer = next;
        Arrays.fill(first, 0);
        Arrays.fill(second, 0);
        Arrays.fill(steps, 0);
    }

    StepResult step(double[] weights, StepSize size, Replicas replicas) {
        ReplicaSum.sum(gradient, reached, replicas);
        double norm = Math.sqrt(Linear.dot(gradient, 0, gradient, 0, gradient.length));
        boolean finite = Double.isFinite(norm);
        if (finite) {
            // The 1e-6 is that of torch.nn.utils.clip_grad_norm_, and of the golden numbers.
            double factor = Math.min(1, size.maxGradientNorm() / (norm + 1e-6));
            for (int p = 0; p < steps.length; p++) {
                if (reached[p]) {
                    Layout.Part part = core.layout.parts().get(p);
                    steps[p]++;
                    descend(weights, part, steps[p], part.values() ? size.valueRate() : size.policyRate(), factor);
                }
            }
        }
        discard();
        return new StepResult(finite, norm);
    }

    private void descend(double[] weights, Layout.Part part, long step, double rate, double factor) {
        for (Layout.Tensor tensor : core.layout.tensors()) {
            if (tensor.start() < part.start() || tensor.start() >= part.end()) {
                continue;
            }
            if (optimizer instanceof Optimizer.AdamW adam) {
                double decay = tensor.decayed() ? adam.decay() : 0;
                adamW(adam, decay, weights, tensor.start(), tensor.length(), step, rate, factor);
            } else {
                Linear.add(-rate * factor, gradient, tensor.start(), weights, tensor.start(), tensor.length());
            }
        }
    }

    /** Loshchilov and Hutter 2019, in PyTorch's form: epsilon is added after the bias correction. */
    private void adamW(
            Optimizer.AdamW adam,
            double decay,
            double[] w,
            int from,
            int length,
            long step,
            double rate,
            double factor) {
        double correction1 = 1 - Math.pow(adam.beta1(), (double) step);
        double correction2 = Math.sqrt(1 - Math.pow(adam.beta2(), (double) step));
        for (int i = from; i < from + length; i++) {
            double g = gradient[i] * factor;
            first[i] = adam.beta1() * first[i] + (1 - adam.beta1()) * g;
            second[i] = adam.beta2() * second[i] + (1 - adam.beta2()) * g * g;
            double scale = Math.sqrt(second[i]) / correction2 + adam.epsilon();
            w[i] = w[i] * (1 - rate * decay) - rate / correction1 * first[i] / scale;
        }
    }
}
