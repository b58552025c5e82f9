package dev.reft.torch;

import dev.reft.checkpoint.Rope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Rotary position embeddings in the half-split layout of Hugging Face checkpoints.
 *
 * <p>With r the roll of a head by half its width, x turns into x * cos + r(x) * sin', where sin' is minus the sine in the
 * first half and the sine in the second. The tables are computed in double precision and grow as longer rows come.
 */
final class Rotation implements AutoCloseable {
    private final double[] frequencies;
    private final int headWidth;
    private final Placement placement;
    private Tensor cosines;
    private Tensor sines;
    private int rows;

    Rotation(Rope rope, int headWidth, Placement placement) {
        this.headWidth = headWidth;
        this.frequencies = rope.inverseFrequencies(headWidth);
        this.placement = placement;
        this.rows = 64;
        this.cosines = table(true);
        this.sines = table(false);
    }

    /**
     * Turns queries or keys by their positions.
     *
     * @param cos [N, 1, headWidth]
     * @param sin [N, 1, headWidth], the first half negated
     */
    record Rotary(Tensor cos, Tensor sin) {
        /** Turns x [N, heads, headWidth]. */
        Tensor turn(Tensor x) {
            long half = x.size(2) / 2;
            return torch.addcmul(x.mul(cos), x.roll(new long[] {half}, new long[] {2}), sin);
        }
    }

    /**
     * The rotation at given positions.
     *
     * @param positions [N], int64, on the model's device
     * @param longest largest position among them
     * @return the rotation, in the scope around
     */
    Rotary at(Tensor positions, int longest) {
        if (longest >= rows) {
            rows = Math.max(2 * rows, longest + 1);
            cosines.close();
            sines.close();
            cosines = table(true);
            sines = table(false);
        }
        return new Rotary(
                cosines.index_select(0, positions).unsqueeze(1),
                sines.index_select(0, positions).unsqueeze(1));
    }

    private Tensor table(boolean cosine) {
        int half = headWidth / 2;
        float[] values = new float[rows * headWidth];
        for (int p = 0; p < rows; p++) {
            for (int i = 0; i < half; i++) {
                double angle = p * frequencies[i];
                float value = (float) (cosine ? Math.cos(angle) : Math.sin(angle));
                values[p * headWidth + i] = cosine ? value : -value;
                values[p * headWidth + half + i] = value;
            }
        }
        try (Scope scope = new Scope()) {
            return Scope.keep(placement.here(Tensor.create(values, rows, headWidth), placement.type()));
        }
    }

    @Override
    public void close() {
        cosines.close();
        sines.close();
    }
}
