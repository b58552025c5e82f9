package dev.reft.torch;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Log-probabilities and entropies of scored tokens, and their gradient by hand, in chunks: the logits of a long batch never
 * exist at once, and the temporaries stay small.
 *
 * <p>With z the logits over the temperature t, l = log softmax(z), p = exp(l) and H = -sum p l: d l_y / d z = 1_y - p and
 * d H / d z = -p (l + H); both over t for the logits.
 */
final class Head {
    private final Decoder decoder;
    private final Tensor hidden;
    private final Tensor targets;
    private final @Nullable Tensor temperatures;
    private final int count;

    /**
     * For some hidden states; the tensors belong to the scope around.
     *
     * @param hidden [n, hidden], normed
     * @param targets [n], int64
     * @param temperatures [n] fp32, or null if all are 1
     */
    Head(Decoder decoder, Tensor hidden, Tensor targets, @Nullable Tensor temperatures) {
        this.decoder = decoder;
        this.hidden = hidden;
        this.targets = targets.unsqueeze(1);
        this.temperatures = temperatures == null ? null : temperatures.unsqueeze(1);
        this.count = Math.toIntExact(hidden.size(0));
    }

    /**
     * Log-probabilities of the targets and entropies.
     *
     * @param logProbs filled, [n] fp32, or null if not wanted
     * @param entropies filled, [n] fp32, or null if not wanted
     */
    void score(@Nullable Tensor logProbs, @Nullable Tensor entropies) {
        chunks((at, size) -> {
            Tensor logs = logits(at, size).log_softmax(1);
            if (logProbs != null) {
                Tensor own = logs.gather(1, targets.narrow(0, at, size)).squeeze(1);
                logProbs.narrow(0, at, size).copy_(own);
            }
            if (entropies != null) {
                entropies.narrow(0, at, size).copy_(entropy(logs).squeeze(1));
            }
        });
    }

    /**
     * The gradient of sum(slopes * outputs).
     *
     * @param logSlopes [n] fp32
     * @param entropySlopes [n] fp32, or null for zeros
     * @param headGradient [vocabulary, hidden] in the type of the weights, added to; or null if the head does not train
     * @return d / d hidden [n, hidden]
     */
    Tensor backward(Tensor logSlopes, @Nullable Tensor entropySlopes, @Nullable Tensor headGradient) {
        Tensor result = torch.empty_like(hidden);
        Tensor log = logSlopes.unsqueeze(1);
        Tensor entropy = entropySlopes == null ? null : entropySlopes.unsqueeze(1);
        chunks((at, size) -> {
            Tensor slopes = log.narrow(0, at, size);
            Tensor d;
            if (entropy == null) {
                d = logits(at, size).softmax(1).mul_(slopes.neg());
            } else {
                Tensor logs = logits(at, size).log_softmax(1);
                Tensor probabilities = logs.exp();
                Tensor inner = logs.add_(entropy(logs))
                        .mul_(entropy.narrow(0, at, size))
                        .add_(slopes);
                d = probabilities.mul_(inner).neg_();
            }
            d.scatter_add_(1, targets.narrow(0, at, size), slopes);
            if (temperatures != null) {
                d.div_(temperatures.narrow(0, at, size));
            }
            Tensor typed = d.to(decoder.placement().type());
            result.narrow(0, at, size).copy_(decoder.logitsBackward(typed));
            if (headGradient != null) {
                headGradient.addmm_(typed.t(), hidden.narrow(0, at, size));
            }
        });
        return result;
    }

    private Tensor logits(int at, int size) {
        Tensor logits = decoder.logits(hidden.narrow(0, at, size));
        return temperatures == null ? logits : logits.div_(temperatures.narrow(0, at, size));
    }

    private static Tensor entropy(Tensor logs) {
        return logs.exp()
                .mul_(logs)
                .sum(new long[] {1}, true, new ScalarTypeOptional())
                .neg_();
    }

    private interface Chunk {
        void run(int at, int size);
    }

    private void chunks(Chunk chunk) {
        int step = Sizes.headChunk(decoder.config());
        for (int at = 0; at < count; at += step) {
            try (Scope scope = new Scope()) {
                chunk.run(at, Math.min(step, count - at));
            }
        }
    }
}
