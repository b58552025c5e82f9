package dev.reft.torch;

import dev.reft.model.Optimizer;
import dev.reft.model.Replicas;
import dev.reft.model.StepResult;
import dev.reft.model.StepSize;
import dev.reft.torch.Parameter.Part;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A step of an optimiser: replicas summed, norm, clip, descent. Parameters that no backward reached are left alone. */
final class Descent {
    /** PyTorch's clip_grad_norm_ adds it to the norm that it divides by. */
    private static final double CLIP_EPSILON = 1e-6;

    private Descent() {}

    static StepResult step(List<Parameter> trained, Optimizer optimizer, StepSize size, Replicas replicas) {
        try (Grad off = Grad.off();
                Scope scope = new Scope()) {
            Exchange.sum(trained, replicas);
            List<Parameter> reached =
                    trained.stream().filter(Parameter::reached).toList();
            double norm = norm(reached);
            boolean finite = Double.isFinite(norm);
            if (finite) {
                double scale = Math.min(1, size.maxGradientNorm() / (norm + CLIP_EPSILON));
                for (Part part : Part.values()) {
                    List<Parameter> group =
                            reached.stream().filter(p -> p.part() == part).toList();
                    descend(group, optimizer, part == Part.POLICY ? size.policyRate() : size.valueRate(), scale);
                }
                reached.forEach(Parameter::publish);
            }
            trained.forEach(Parameter::dropGradient);
            return new StepResult(finite, norm);
        }
    }

    /** The L2 norm of all gradients together: fp32 for each parameter, double over them. */
    private static double norm(List<Parameter> reached) {
        if (reached.isEmpty()) {
            return 0;
        }
        List<Tensor> norms = new ArrayList<>();
        for (Parameter parameter : reached) {
            norms.add(parameter.gradient().norm());
        }
        double squares = 0;
        for (float norm : Ops.toFloats(torch.stack(new TensorVector(norms.toArray(new Tensor[0]))))) {
            squares += (double) norm * norm;
        }
        return Math.sqrt(squares);
    }

    private static void descend(List<Parameter> group, Optimizer optimizer, double rate, double scale) {
        if (group.isEmpty()) {
            return;
        }
        if (optimizer instanceof Optimizer.AdamW adam) {
            AdamW.step(group, adam, rate, scale);
        } else {
            for (Parameter parameter : group) {
                parameter.optimized().add_(parameter.gradient(), new Scalar(-rate * scale));
            }
        }
    }
}
