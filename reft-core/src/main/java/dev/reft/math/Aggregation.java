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
        long tokens = 0;
        int rows = 0;
        for (int i = 0; i < lengths.length; i++) {
            if (counted[i] && lengths[i] > 0) {
                tokens += lengths[i];
                rows++;
            }
        }
        double[][] weights = new double[lengths.length][];
        for (int i = 0; i < lengths.length; i++) {
            weights[i] = new double[lengths[i]];
            if (counted[i]) {
                Arrays.fill(weights[i], weight(lengths[i], rows, tokens));
            }
        }
        return weights;
    }

    private double weight(int length, int rows, long tokens) {
        if (this instanceof TokenMean) {
            return 1.0 / tokens;
        } else if (this instanceof SequenceMean) {
            return 1.0 / ((double) rows * length);
        } else if (this instanceof SequenceSum) {
            return 1.0 / rows;
        } else if (this instanceof FixedLength fixed) {
            return 1.0 / (rows * fixed.length());
        }
        return 1;
    }
}
