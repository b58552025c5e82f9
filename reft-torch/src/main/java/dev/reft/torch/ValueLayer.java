package dev.reft.torch;

import dev.reft.torch.Parameter.Part;
import dev.reft.torch.Parameter.Piece;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The linear layer from hidden states to values, always in fp32.
 *
 * <p>It begins with weights of N(0, s) and bias 0, where s = 1 / (hidden + 1): values begin near 0, some hundredths apart. The
 * s = 1 / sqrt(hidden + 1) that "The N+ Implementation Details of RLHF with PPO" (arXiv 2403.17031) has for reward heads begins
 * one to two apart, which is several times what a terminal reward of 0 to 1 differs by: the first advantages are its noise.
 *
 * @param weight [1, hidden]
 * @param bias [1]
 */
record ValueLayer(Parameter weight, Parameter bias) implements AutoCloseable {
    static final String WEIGHT = "value_head.weight";
    static final String BIAS = "value_head.bias";

    static ValueLayer initial(Placement placement, int hidden, long seed) {
        try (Scope scope = new Scope()) {
            return of(placement, RandomSource.normal(seed, WEIGHT, 1 / (hidden + 1.0), 1, hidden), torch.zeros(1));
        }
    }

    static ValueLayer zeros(Placement placement, int hidden) {
        try (Scope scope = new Scope()) {
            return of(placement, torch.zeros(1, hidden), torch.zeros(1));
        }
    }

    /** A layer of copies of these tensors. */
    static ValueLayer of(Placement placement, Tensor weight, Tensor bias) {
        try (Scope scope = new Scope()) {
            return new ValueLayer(parameter(placement, WEIGHT, weight), parameter(placement, BIAS, bias));
        }
    }

    private static Parameter parameter(Placement placement, String name, Tensor from) {
        Tensor value = placement.empty(ScalarType.Float, from.shape());
        value.copy_(from);
        return new Parameter(List.of(new Piece(name, 0, 1)), Part.VALUE, true, Scope.keep(value));
    }

    /** Makes the layer trainable. */
    void train() {
        weight.train(null);
        bias.train(null);
    }

    /** Values [n] of hidden states [n, hidden] of any type. */
    Tensor apply(Tensor hidden) {
        return torch.linear(hidden.to(ScalarType.Float), weight.value(), new TensorOptional(bias.value()))
                .squeeze(1);
    }

    /**
     * Adds the gradient of sum(slopes * values) to the layer's own.
     *
     * @param slopes [n] fp32
     * @return d / d hidden [n, hidden] fp32
     */
    Tensor backward(Tensor hidden, Tensor slopes) {
        if (weight.trains()) {
            weight.gradientByHand().addmm_(slopes.unsqueeze(0), hidden.to(ScalarType.Float));
            bias.gradientByHand().add_(slopes.sum());
        }
        return slopes.unsqueeze(1).mul(weight.value());
    }

    ValueLayer frozen() {
        return new ValueLayer(weight.frozen(), bias.frozen());
    }

    List<Parameter> parameters() {
        return List.of(weight, bias);
    }

    @Override
    public void close() {
        weight.close();
        bias.close();
    }
}
