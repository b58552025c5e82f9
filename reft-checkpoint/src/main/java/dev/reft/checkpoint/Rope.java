package dev.reft.checkpoint;

/**
 * Rotary position embedding over the whole head, in the half-split form that Hugging Face weights use.
 *
 * @param theta the base of the frequencies, positive
 * @param scaling how the frequencies are stretched
 */
public record Rope(double theta, RopeScaling scaling) implements PositionEncoding {
    /**
     * Checks the base.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Rope {
        if (!(theta > 0)) {
            throw new IllegalArgumentException("theta must be positive, not " + theta);
        }
    }

    /**
     * The inverse frequencies: {@code theta^(-2i / headDim)}, stretched by the scaling.
     *
     * @param headDim width of a head, even
     * @return {@code headDim / 2} of them, in radians a position
     */
    public double[] inverseFrequencies(int headDim) {
        double[] frequencies = new double[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = stretched(Math.pow(theta, -2.0 * i / headDim));
        }
        return frequencies;
    }

    private double stretched(double frequency) {
        if (scaling instanceof RopeScaling.Linear linear) {
            return frequency / linear.factor();
        }
        if (scaling instanceof RopeScaling.Llama3 llama) {
            double turns = llama.original() * frequency / (2 * Math.PI);
            double kept = (turns - llama.low()) / (llama.high() - llama.low());
            kept = Math.max(0, Math.min(1, kept));
            return (1 - kept) * frequency / llama.factor() + kept * frequency;
        }
        return frequency;
    }
}
