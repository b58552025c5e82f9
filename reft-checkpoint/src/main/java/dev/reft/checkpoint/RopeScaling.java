package dev.reft.checkpoint;

/** How the frequencies of a rotary position embedding are stretched beyond the plain ones. The type grows. */
public sealed interface RopeScaling {
    /** The plain frequencies. */
    record None() implements RopeScaling {}

    /**
     * Every frequency divided by the same factor (position interpolation, Chen et al. 2023).
     *
     * @param factor at least 1
     */
    record Linear(double factor) implements RopeScaling {
        /**
         * Checks the factor.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Linear {
            if (!(factor >= 1)) {
                throw new IllegalArgumentException("factor must be at least 1, not " + factor);
            }
        }
    }

    /**
     * Llama 3.1's rule: wavelengths above {@code original / low} are divided by the factor, those below {@code original
     * / high} stay, and those between are blended linearly in {@code original / wavelength}.
     *
     * @param factor at least 1
     * @param low the low frequency factor, positive
     * @param high the high frequency factor, above the low one
     * @param original the context length of pre-training, in tokens
     */
    record Llama3(double factor, double low, double high, int original) implements RopeScaling {
        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public Llama3 {
            if (!(factor >= 1) || !(low > 0) || !(high > low) || original < 1) {
                throw new IllegalArgumentException("need factor >= 1, high > low > 0, original >= 1, not factor "
                        + factor + ", low " + low + ", high " + high + ", original " + original);
            }
        }
    }
}
