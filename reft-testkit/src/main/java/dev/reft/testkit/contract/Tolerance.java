package dev.reft.testkit.contract;

/**
 * How exactly an engine computes.
 *
 * @param company largest difference of a row's scores between two batches that hold it; 0 is bit for bit
 * @param number largest error of numbers that follow from scores, such as the sum of all probabilities
 * @param gradient largest relative error of a derivative
 * @param probe by how much a probing step should change a loss: large against rounding, small against curvature
 */
public record Tolerance(double company, double number, double gradient, double probe) {
    /** Double precision, rounded to float at the end; each row computed alone. */
    public static final Tolerance EXACT = new Tolerance(0, 1e-5, 1e-3, 0.01);

    /** 32-bit floats throughout. */
    public static final Tolerance FP32 = new Tolerance(1e-4, 2e-4, 2e-2, 0.02);

    /** bfloat16 arithmetic with fp32 master weights and log-probabilities. */
    public static final Tolerance BF16 = new Tolerance(0.1, 0.1, 0.25, 0.3);

    /**
     * Checks the numbers.
     *
     * @param company difference between batches
     * @param number error of what follows from scores
     * @param gradient relative error of a derivative
     * @param probe change of a loss by a probing step
     * @throws IllegalArgumentException if one is negative
     */
    public Tolerance {
        if (!(company >= 0 && number >= 0 && gradient >= 0 && probe > 0)) {
            throw new IllegalArgumentException("company " + company + ", number " + number + ", gradient " + gradient
                    + " must be >= 0 and probe " + probe + " > 0");
        }
    }

    /**
     * Whether samples must be the same in any company: where logits differ by more, a draw may fall otherwise.
     *
     * @return true if {@code company} is at most 1e-4
     */
    boolean samplesRepeat() {
        return company <= 1e-4;
    }
}
