package dev.reft.torch;

import dev.reft.checkpoint.ModelConfig;

/**
 * How many rows and how much cache a generation takes at once; what exceeds it waits.
 *
 * <p>Room is counted as it is allocated: the longest prompt for each prompt, the longest completion for each row.
 *
 * @param rows most rows at once, &gt;= 1
 * @param tokens most tokens that the caches hold, &gt;= 1; the first row is let in whatever it takes
 */
record Admission(int rows, long tokens) {
    /** More rows than this gain little on a CPU, as measured. */
    private static final int ROWS = 64;

    private static final int CUDA_ROWS = 256;

    /** The caches may take as much memory as the weights, and at least this. */
    private static final long BYTES = 1L << 30;

    static Admission of(Decoder decoder) {
        ModelConfig config = decoder.config();
        Placement placement = decoder.placement();
        long weights = Sizes.parameters(config) * (placement.half() ? 2 : 4);
        long tokens = Math.max(BYTES, weights) / KeyValueCache.bytesPerToken(config, placement);
        return new Admission(placement.cuda() ? CUDA_ROWS : ROWS, Math.max(1, tokens));
    }

    /** Whether so many prompts and rows fit. */
    boolean fits(int prompts, int promptLength, int wantedRows, int rowLength) {
        return wantedRows <= rows
                && (long) roundPlaces(prompts) * roundLength(promptLength)
                                + (long) roundPlaces(wantedRows) * roundLength(rowLength)
                        <= tokens;
    }

    /**
     * Batches come in few sizes, since the engine prepares its kernels anew for each: 2, 4, 8, then multiples of 4, of 8
     * from 32, of 16 from 64. One row alone would go another way through the engine (a matrix times a vector) and come
     * out a little different; two cost the same.
     */
    static int roundPlaces(int places) {
        if (places <= 8) {
            return places <= 2 ? 2 : places <= 4 ? 4 : 8;
        }
        int step = places <= 32 ? 4 : places <= 64 ? 8 : 16;
        return (places + step - 1) / step * step;
    }

    /** Lengths of caches: multiples of 64, of 128 from 512. */
    static int roundLength(int length) {
        int step = length <= 512 ? 64 : 128;
        return Math.max(step, (length + step - 1) / step * step);
    }
}
