package dev.reft.math;

import java.util.Arrays;

/**
 * How the losses of tokens become the loss of a batch, as one weight a token: loss = sum of weight * token loss.
 *
 * <p>Weights are computed once for the whole step, before it is cut into passes, so that micro-batches add up exactly.
 * With N tokens in all and S rows that have tokens and count:
 *
 * <pre>
 * TokenMean       1 / N                 PPO in TRL, DAPO (arXiv 2503.14476)
 * SequenceMean    1 / (S * n_i)         the ReFT code, GRPO (arXiv 2402.03300)
 * SequenceSum     1 / S                 mean over rows of the sum over tokens
 * FixedLength     1 / (S * length)      Dr. GRPO (arXiv 2503.20783)
 * TokenSum        1
 * </pre>
 *
 * <p>The type grows; callers keep a default branch.
 */
public sealed interface Aggregation {
    /** Mean over all tokens of the batch. */
    record TokenMean() implements Aggregation {}

    /** Mean over the tokens of a row, then mean over rows. */
    record SequenceMean() implements Aggregation {}

    /** Sum over the tokens of a row, then mean over rows. */
    record SequenceSum() implements Aggregation {}

    /**
     * Sum over the tokens of a row, divided by a constant, then mean over rows.
     *
     * @param length the constant, such as the longest completion allowed, &gt; 0
     */
    record FixedLength(double length) implements Aggregation {
        /**
         * Checks the length.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public FixedLength {
            Checks.positive("length", length);
        }
    }

    /** Sum over all tokens. */
    record TokenSum() implements Aggregation {}

    /**
     * Weights of a step whose every row counts.
     *
     * @param lengths number of scored tokens of each row; rows without any are not counted as rows
     * @return weights, [row][n]
     */
    default double[][] weights(int[] lengths) {
        boolean[] counted = new boolean[lengths.length];
        Arrays.fill(counted, true);
        return weights(lengths, counted);
    }

    /**
     * Weights of a step, some of whose rows are left out.
     *
     * @param lengths number of scored tokens of each row; rows without any are not counted as rows
     * @param counted which rows count
     * @return weights, [row][n]; zeros in the rows that do not count
     * @throws IllegalArgumentException if the lengths of the arrays differ
     */
    default double[][] weights(int[] lengths, boolean[] counted) {
        Checks.sameLength("lengths", lengths.length, "flags", counted.length);
        double[] counts = new double[lengths.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = counted[i] ? 1 : 0;
        }
        return weights(lengths, counts);
    }

    /**
     * Weights of a step whose rows count more or less: a row of the count 2 is as two rows of the count 1, so N and S above are sums of
     * counts.
     *
     * @param lengths number of scored tokens of each row; rows without any are not counted as rows
     * @param counts how much each row counts, finite and &gt;= 0; 0 leaves it out
     * @return weights, [row][n]; zeros in the rows that do not count
     * @throws IllegalArgumentException if the lengths of the arrays differ, or a count is out of its range
     */
    default double[][] weights(int[] lengths, double[] counts) {
        Checks.sameLength("lengths", lengths.length, "counts", counts.length);
        double tokens = 0;
        double rows = 0;
        for (int i = 0; i < lengths.length; i++) {
            if (!(counts[i] >= 0) || Double.isInfinite(counts[i])) {
                throw new IllegalArgumentException(
                        "counts[" + i + "] " + counts[i] + " must be finite and not negative");
            }
            if (counts[i] > 0 && lengths[i] > 0) {
                tokens += counts[i] * lengths[i];
                rows += counts[i];
            }
        }
        double[][] weights = new double[lengths.length][];
        for (int i = 0; i < lengths.length; i++) {
            weights[i] = new double[lengths[i]];
            if (counts[i] > 0) {
                Arrays.fill(weights[i], counts[i] * weight(lengths[i], rows, tokens));
            }
        }
        return weights;
    }

    private double weight(int length, double rows, double tokens) {
        if (this instanceof TokenMean) {
            return 1.0 / tokens;
        } else if (this instanceof SequenceMean) {
            return 1.0 / (rows * length);
        } else if (this instanceof SequenceSum) {
            return 1.0 / rows;
        } else if (this instanceof FixedLength fixed) {
            return 1.0 / (rows * fixed.length());
        }
        return 1;
    }
}
