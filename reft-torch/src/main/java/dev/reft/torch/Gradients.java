package dev.reft.torch;

import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** The gradients of what comes after the trunk, by hand; gradients must be off. Tensors belong to the scope around. */
final class Gradients {
    private final TorchPolicy policy;
    private final Positions positions;

    Gradients(TorchPolicy policy, Positions positions) {
        this.policy = policy;
        this.positions = positions;
    }

    /**
     * Adds the head's gradient.
     *
     * @param hidden [N, hidden]
     * @param logSlopes of all scored tokens, or null for zeros
     * @param entropySlopes of all scored tokens, or null for zeros
     * @return d / d hidden [N, hidden], or null for zeros
     */
    @Nullable
    Tensor ofHead(Tensor hidden, float @Nullable [] logSlopes, float @Nullable [] entropySlopes) {
        if (logSlopes == null && entropySlopes == null) {
            return null;
        }
        int[] chosen = chosen(logSlopes, entropySlopes);
        Network network = policy.network();
        Placement placement = network.decoder().placement();
        Head head = network.head(hidden, positions, chosen);
        Tensor log = placement.here(Ops.floats(pick(logSlopes, chosen)));
        Tensor entropy = entropySlopes == null ? null : placement.here(Ops.floats(pick(entropySlopes, chosen)));
        Parameter matrix = network.decoder().head();
        Tensor slopes;
        if (!matrix.trains()) {
            slopes = head.backward(log, entropy, null);
        } else if (!matrix.hasMaster()) {
            slopes = head.backward(log, entropy, matrix.gradientByHand());
        } else {
            Tensor scratch = policy.headScratch().zero_();
            slopes = head.backward(log, entropy, scratch);
            matrix.gradientByHand().add_(scratch);
        }
        int[] at = new int[chosen.length];
        Arrays.setAll(at, i -> positions.heads()[chosen[i]]);
        return spread(hidden, at, slopes);
    }

    /**
     * Adds the value layer's gradient.
     *
     * @param hidden [N, hidden]
     * @param attached slopes of all values, or null for zeros
     * @param detached slopes that stop at the layer, or null for zeros
     * @return d / d hidden [N, hidden], or null for zeros
     */
    @Nullable
    Tensor ofValues(Tensor hidden, float @Nullable [] attached, float @Nullable [] detached) {
        if (attached == null && detached == null) {
            return null;
        }
        ValueLayer layer = Objects.requireNonNull(policy.network().valueLayer());
        Placement placement = policy.network().decoder().placement();
        Tensor at = placement.here(Ops.longs(positions.values()));
        Tensor states = hidden.index_select(0, at);
        if (detached != null) {
            layer.backward(states, placement.here(Ops.floats(detached)));
        }
        if (attached == null) {
            return null;
        }
        Tensor slopes = layer.backward(states, placement.here(Ops.floats(attached)));
        return spread(hidden, positions.values(), slopes);
    }

    static @Nullable Tensor sum(@Nullable Tensor a, @Nullable Tensor b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.add_(b);
    }

    /** Rows at their places among zeros; each place occurs once. */
    private static Tensor spread(Tensor like, int[] at, Tensor rows) {
        ScalarType type = Ops.type(like);
        Tensor all = like.new_zeros(like.shape());
        Tensor index = like.is_cuda() ? Ops.longs(at).to(like.device(), ScalarType.Long) : Ops.longs(at);
        return all.index_copy_(0, index, rows.to(type));
    }

    /** Scored tokens with a slope: the others' share of the gradient is zero, so the head skips them. */
    private static int[] chosen(float @Nullable [] log, float @Nullable [] entropy) {
        int count = log != null ? log.length : Objects.requireNonNull(entropy).length;
        int[] chosen = new int[count];
        int n = 0;
        for (int i = 0; i < count; i++) {
            if ((log != null && log[i] != 0) || (entropy != null && entropy[i] != 0)) {
                chosen[n++] = i;
            }
        }
        return Arrays.copyOf(chosen, n);
    }

    private static float[] pick(float @Nullable [] all, int[] chosen) {
        float[] picked = new float[chosen.length];
        for (int i = 0; i < picked.length && all != null; i++) {
            picked[i] = all[chosen[i]];
        }
        return picked;
    }
}
