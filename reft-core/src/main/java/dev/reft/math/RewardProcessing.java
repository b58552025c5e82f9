package dev.reft.math;

import java.util.OptionalDouble;

/** What is done to scores before they become rewards. */
public final class RewardProcessing {
    private RewardProcessing() {}

    /**
     * DAPO's soft punishment of long completions (arXiv 2503.14476, equation 13): 0 up to {@code maxLength - buffer},
     * then falling linearly to {@code -factor} at {@code maxLength}.
     *
     * @param length tokens of the completion
     * @param maxLength most tokens allowed
     * @param buffer length of the slope, &gt; 0
     * @param factor of the penalty
     * @return the penalty to be added to the score, &lt;= 0
     * @throws IllegalArgumentException if the buffer is not positive
     */
    public static double overlongPenalty(int length, int maxLength, int buffer, double factor) {
        Checks.positive("buffer", buffer);
        double excess = length - ((double) maxLength - buffer);
        return Math.min(-excess / buffer * factor, 0);
    }

    /**
     * ReFT's score of a numeric answer (arXiv 2401.08967, section 3.2).
     *
     * @param right score of an answer within the tolerance; 1 in the paper
     * @param wrong score of another number; 0.1 in the paper
     * @param none score where no number can be read; 0 in the paper
     * @param tolerance largest |answer - reference| that is right, &gt;= 0; 0.01 in the published code
     */
    public record NumericScore(double right, double wrong, double none, double tolerance) {
        /** The paper's scores with the published code's tolerance. */
        public static final NumericScore REFT = new NumericScore(1, 0.1, 0, 0.01);

        /**
         * Checks the tolerance.
         *
         * @throws IllegalArgumentException if it is negative or NaN
         */
        public NumericScore {
            Checks.atLeast("tolerance", tolerance, 0);
        }

        /**
         * The score of an answer.
         *
         * @param answer the number that was read, if any; NaN is a number that is wrong
         * @param reference the right number
         * @return the score
         */
        public double of(OptionalDouble answer, double reference) {
            if (answer.isEmpty()) {
                return none;
            }
            return Math.abs(answer.getAsDouble() - reference) <= tolerance ? right : wrong;
        }
    }

    /**
     * A linear map that gives sample scores mean 0 and variance 1, as the OpenAI code does with a reward model's. It is a part for
     * own graders and loops: the trainers' reward models have a scale of their own, from an evaluation's mean and deviation.
     *
     * @param gain factor
     * @param bias added after it
     */
    public record GainBias(double gain, double bias) {
        /**
         * The map for some samples.
         *
         * @param samples at least two scores that differ
         * @return gain 1 / deviation and bias -mean / deviation, with the unbiased deviation
         * @throws IllegalArgumentException if the samples do not vary
         */
        public static GainBias normalising(double[] samples) {
            Moments moments = Moments.of(samples, true);
            if (!(moments.variance() > 0)) {
                throw new IllegalArgumentException(samples.length + " samples do not vary; there is no scale to learn");
            }
            return new GainBias(1 / moments.deviation(), -moments.mean() / moments.deviation());
        }

        /**
         * Maps a score.
         *
         * @param score the score
         * @return gain * score + bias
         */
        public double apply(double score) {
            return gain * score + bias;
        }
    }

    /**
     * Moments of all scores seen so far; dividing scores by their deviation is trlx's running scale. It is a part for own loops,
     * which scale their grades before an update and keep the moments with what they save: no trainer applies it.
     *
     * @param count how many
     * @param mean their mean
     * @param squares sum of squared distances from the mean
     */
    public record RunningMoments(long count, double mean, double squares) {
        /** Nothing seen yet. */
        public static final RunningMoments EMPTY = new RunningMoments(0, 0, 0);

        /**
         * Takes more scores in (Chan, Golub and LeVeque 1979).
         *
         * @param scores the step's scores
         * @return the moments of those before and these
         */
        public RunningMoments with(double[] scores) {
            Moments more = Moments.of(scores, false);
            if (more.count() == 0) {
                return this;
            }
            long total = count + more.count();
            double distance = more.mean() - mean;
            return new RunningMoments(
                    total,
                    mean + distance * more.count() / total,
                    squares
                            + more.variance() * more.count()
                            + distance * distance * ((double) count * more.count() / total));
        }

        /**
         * The unbiased deviation.
         *
         * @return &gt;= 0; 0 before two scores were seen
         */
        public double deviation() {
            return count < 2 ? 0 : Math.sqrt(squares / (count - 1));
        }

        /**
         * A score divided by the deviation; the mean is not taken off.
         *
         * @param score the score
         * @return the scaled score; the score itself while the deviation is 0
         */
        public double scale(double score) {
            double deviation = deviation();
            return deviation > 0 ? score / deviation : score;
        }
    }
}
