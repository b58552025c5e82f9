package dev.reft.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * How the numbers of a matrix that is held in fewer bits are had back.
 *
 * @param computed the type that is computed with
 * @param scales [rows, 1] of that type, what an integer is multiplied with; or null
 */
record Compact(ScalarType computed, @Nullable Tensor scales) implements AutoCloseable {
    private static final double LARGEST = 127;

    /**
     * Makes an empty matrix of a form, to be {@linkplain #fill filled}.
     *
     * @return the value and how it is read, both kept
     */
    static Parameter parameter(
            Placement placement,
            BaseStorage storage,
            java.util.List<Parameter.Piece> pieces,
            Parameter.Part part,
            boolean byHand,
            long... shape) {
        boolean whole = storage == BaseStorage.INT8;
        // Kept when both are there, so that neither outlives a failure to make the other.
        Tensor value = placement.empty(whole ? ScalarType.Char : ScalarType.BFloat16, shape);
        Tensor scales = whole ? Scope.keep(placement.empty(placement.type(), shape[0], 1)) : null;
        return new Parameter(pieces, part, byHand, Scope.keep(value), new Compact(placement.type(), scales));
    }

    /** Writes rows of a matrix of any type on the CPU. */
    void fill(Tensor value, long from, Tensor rows) {
        Tensor target = value.narrow(0, from, rows.size(0));
        if (scales == null) {
            target.copy_(rows);
            return;
        }
        Tensor exact = rows.to(ScalarType.Float);
        Tensor largest = exact.abs().amax(new long[] {1}, true).clamp_min(new Scalar(1e-30));
        Tensor scale = scales.narrow(0, from, rows.size(0));
        scale.copy_(largest.div(new Scalar(LARGEST)));
        // By the scale as it is held, so that rounding it costs nothing.
        Tensor held = scale.cpu().to(ScalarType.Float);
        target.copy_(exact.div(held)
                .round_()
                .clamp_(
                        new org.bytedeco.pytorch.ScalarOptional(new Scalar(-LARGEST)),
                        new org.bytedeco.pytorch.ScalarOptional(new Scalar(LARGEST))));
    }

    Tensor expand(Tensor value) {
        Tensor numbers = value.to(computed);
        return scales == null ? numbers : numbers.mul_(scales);
    }

    Tensor expand(Tensor value, long from, long rows) {
        Tensor numbers = value.narrow(0, from, rows).to(computed);
        return scales == null ? numbers : numbers.mul_(scales.narrow(0, from, rows));
    }

    Tensor expand(Tensor value, Tensor indices) {
        Tensor numbers = value.index_select(0, indices).to(computed);
        return scales == null ? numbers : numbers.mul_(scales.index_select(0, indices));
    }

    Compact copy() {
        return new Compact(computed, scales == null ? null : Scope.keep(scales.clone()));
    }

    @Override
    public void close() {
        if (scales != null) {
            scales.close();
        }
    }
}
