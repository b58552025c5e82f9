package dev.reft.ppo;

/**
 * A line that scores are put through: gain * score + bias.
 *
 * @param gain finite, &gt; 0
 * @param bias finite
 */
public record RewardScale(double gain, double bias) {
    /** Scores as they are. */
    public static final RewardScale NONE = new RewardScale(1, 0);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range, with the value in the message
     */
    public RewardScale {
        if (!(gain > 0) || Double.isInfinite(gain) || !Double.isFinite(bias)) {
            throw new IllegalArgumentException(
                    "gain " + gain + " must be positive and finite, bias " + bias + " finite");
        }
    }

    /**
     * The line that gives these scores mean 0 and deviation 1: gain 1 / deviation, bias -mean / deviation (arXiv 2403.17031, which
     * does so with scores of reference answers).
     *
     * @param mean of the scores, finite
     * @param deviation of the scores, finite and &gt; 0
     * @return the line
     * @throws IllegalArgumentException if the deviation is not positive
     */
    public static RewardScale normalising(double mean, double deviation) {
        if (!(deviation > 0)) {
            throw new IllegalArgumentException("scores with the deviation " + deviation + " cannot be normalised");
        }
        return new RewardScale(1 / deviation, -mean / deviation);
    }

    /**
     * The line that normalises the scores of an evaluation.
     *
     * @param report from {@link RewardModelTrainer#evaluate} or {@link RerankerTrainer#evaluate}
     * @return the line
     * @throws IllegalArgumentException if the report is of no answers, or all have the same score
     */
    public static RewardScale normalising(StepReport report) {
        return normalising(report.metric("score/mean"), report.metric("score/std"));
    }

    /**
     * A score on the line.
     *
     * @param score any
     * @return gain * score + bias
     */
    public double apply(double score) {
        return gain * score + bias;
    }
}
