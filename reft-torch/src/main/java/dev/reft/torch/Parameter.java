package dev.reft.torch;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of weights with all that training keeps beside it.
 *
 * <p>It may hold several tensors of the checkpoint, one below the other, such as the projections to queries, keys and
 * values: one product instead of three. Files and tests see these pieces under their own names.
 *
 * <p>In bf16 the optimiser works on an fp32 master, and gradients add up in fp32.
 */
final class Parameter implements AutoCloseable {
    /** Which learning rate applies. */
    enum Part {
        POLICY,
        VALUE
    }

    /**
     * A tensor of the checkpoint within the parameter.
     *
     * @param name its name in the checkpoint
     * @param from first row
     * @param rows number of rows
     */
    record Piece(String name, int from, int rows) {}

    private final List<Piece> pieces;
    private final Part part;
    private final boolean byHand;
    private final Tensor value;
    private final @Nullable Compact compact;
    private @Nullable Tensor master;
    private @Nullable Tensor gradient;
    private @Nullable Tensor firstMoment;
    private @Nullable Tensor secondMoment;
    private long steps;
    private boolean trains;
    private boolean reached;
    private final AtomicInteger holders = new AtomicInteger(1);

    /**
     * Takes ownership of a kept tensor.
     *
     * @param byHand whether its gradient is written by {@link #gradientByHand} rather than found by autograd
     */
    Parameter(List<Piece> pieces, Part part, boolean byHand, Tensor value) {
        this(pieces, part, byHand, value, null);
    }

    /** Takes ownership of a kept matrix that is held in fewer bits; it cannot train. */
    Parameter(List<Piece> pieces, Part part, boolean byHand, Tensor value, @Nullable Compact compact) {
        this.pieces = List.copyOf(pieces);
        this.part = part;
        this.byHand = byHand;
        this.value = value;
        this.compact = compact;
    }

    /** Whether the value is held in fewer bits than it is computed with. */
    boolean isCompact() {
        return compact != null;
    }

    /** The matrix to compute with: the value itself, or what it stands for, in the scope around. */
    Tensor matrix() {
        return compact == null ? value : compact.expand(value);
    }

    /** Rows of {@link #matrix}. */
    Tensor matrix(long from, long rows) {
        return compact == null ? value.narrow(0, from, rows) : compact.expand(value, from, rows);
    }

    /** Rows of {@link #matrix} at indices [N], int64. */
    Tensor matrix(Tensor indices) {
        return compact == null ? torch.embedding(value, indices) : compact.expand(value, indices);
    }

    /** Writes rows, of any type, on the CPU; before the parameter is used. */
    void fill(long from, Tensor rows) {
        if (compact == null) {
            value.narrow(0, from, rows.size(0)).copy_(rows);
        } else {
            compact.fill(value, from, rows);
        }
    }

    /** Makes the parameter trainable: a leaf of autograd unless by hand; with a master if it is not fp32. */
    void train(@Nullable Tensor keptMaster) {
        master = keptMaster;
        trains = true;
        if (!byHand) {
            value.set_requires_grad(true);
        }
    }

    /** A copy of the value that is never written. */
    Parameter frozen() {
        try (Scope scope = new Scope()) {
            Tensor copy = value.detach().clone();
            Compact scales = compact == null ? null : compact.copy();
            return new Parameter(pieces, part, byHand, Scope.keep(copy), scales);
        }
    }

    /** This parameter with one holder more, each of whom closes it; the last frees it. */
    Parameter retain() {
        if (holders.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
            throw new IllegalStateException("the parameter " + pieces + " is freed");
        }
        return this;
    }

    boolean trains() {
        return trains;
    }

    List<Piece> pieces() {
        return pieces;
    }

    Part part() {
        return part;
    }

    /** Weight decay is for matrices: norms and biases are vectors. */
    boolean decays() {
        return value.dim() > 1;
    }

    Tensor value() {
        return value;
    }

    /** What the optimiser writes: the master, or the value itself. */
    Tensor optimized() {
        return master == null ? value : master;
    }

    boolean hasMaster() {
        return master != null;
    }

    /** Copies the master into the value, after the optimiser wrote it. */
    void publish() {
        if (master != null) {
            value.copy_(master);
        }
    }

    /** Whether a backward has reached the parameter since the last step. */
    boolean reached() {
        return reached;
    }

    /** The fp32 buffer that a gradient computed by hand is added to; counts as reached. */
    Tensor gradientByHand() {
        Tensor buffer = buffer();
        if (!reached) {
            buffer.zero_();
            reached = true;
        }
        return buffer;
    }

    /** Collects what autograd left after a backward. */
    void collect() {
        if (byHand) {
            return;
        }
        Tensor found = Ops.own(value.mutable_grad());
        if (!found.defined()) {
            return;
        }
        if (master == null) {
            reached = true;
            return;
        }
        // bf16 gradients of one pass are moved to fp32 before those of the next come on top.
        if (reached) {
            buffer().add_(found);
        } else {
            buffer().copy_(found);
            reached = true;
        }
        value.mutable_grad().reset();
    }

    /** The accumulated fp32 gradient, an alias or owned by the scope around; only if reached. */
    Tensor gradient() {
        if (!reached) {
            throw new IllegalStateException("no backward reached " + pieces);
        }
        return byHand || master != null ? buffer() : Ops.own(value.mutable_grad());
    }

    /** The gradient, zeros if this rank's backward did not reach the parameter but another's did. */
    Tensor gradientOrZeros() {
        if (!reached) {
            if (byHand || master != null) {
                gradientByHand();
            } else {
                value.mutable_grad().put(value.detach().new_zeros(value.shape()));
                reached = true;
            }
        }
        return gradient();
    }

    /** Drops the gradient. Buffers stay, since fresh memory costs page faults. */
    void dropGradient() {
        reached = false;
        if (!byHand) {
            value.mutable_grad().reset();
        }
    }

    private Tensor buffer() {
        if (gradient == null) {
            gradient = Scope.keep(value.detach().new_zeros(value.shape()).to(ScalarType.Float));
        }
        return gradient;
    }

    @Nullable
    Tensor firstMoment() {
        return firstMoment;
    }

    @Nullable
    Tensor secondMoment() {
        return secondMoment;
    }

    /** Makes moments of zeros if there are none. */
    void requireMoments() {
        if (firstMoment == null) {
            Tensor weights = optimized().detach();
            moments(Scope.keep(weights.new_zeros(weights.shape())), Scope.keep(weights.new_zeros(weights.shape())));
        }
    }

    long steps() {
        return steps;
    }

    void steps(long count) {
        steps = count;
    }

    /** Takes ownership of kept moments; null drops them. */
    void moments(@Nullable Tensor first, @Nullable Tensor second) {
        if (firstMoment != null) {
            firstMoment.close();
        }
        if (secondMoment != null) {
            secondMoment.close();
        }
        firstMoment = first;
        secondMoment = second;
    }

    @Override
    public void close() {
        if (holders.decrementAndGet() != 0) {
            return;
        }
        dropGradient();
        moments(null, null);
        if (gradient != null) {
            gradient.close();
            gradient = null;
        }
        if (master != null) {
            master.close();
            master = null;
        }
        if (compact != null) {
            compact.close();
        }
        value.close();
    }
}
