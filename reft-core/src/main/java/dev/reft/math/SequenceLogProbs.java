package dev.reft.math;

/** Log-probabilities of whole completions from those of their tokens. */
public final class SequenceLogProbs {
    private SequenceLogProbs() {}

    /**
     * Log-probability of the completion.
     *
     * @param logProbs of its tokens, [n]
     * @return their sum
     */
    public static double sum(double[] logProbs) {
        return desensitised(logProbs, logProbs.length, 1);
    }

    /**
     * Log-probability a token.
     *
     * @param logProbs of the completion's tokens, [n]
     * @return their mean; 0 if there are none
     */
    public static double mean(double[] logProbs) {
        return logProbs.length == 0 ? 0 : sum(logProbs) / logProbs.length;
    }

    /**
     * LD-DPO's length-desensitised sum (arXiv 2409.06411): tokens past the shorter completion's length count less.
     *
     * @param logProbs of the completion's tokens, [n]
     * @param shared length of the shorter completion of the pair
     * @param alpha weight of the tokens from {@code shared} on, in [0, 1]; 1 is the plain sum
     * @return the weighted sum
     */
    public static double desensitised(double[] logProbs, int shared, double alpha) {
        Checks.range("alpha", alpha, 0, 1);
        double sum = 0;
        for (int t = 0; t < logProbs.length; t++) {
            sum += t < shared ? logProbs[t] : alpha * logProbs[t];
        }
        return sum;
    }

    /**
     * {@link #desensitised(double[], int, double)} of single precision numbers, added up in double precision.
     *
     * @param logProbs of the completion's tokens, [n]
     * @param shared length of the shorter completion of the pair
     * @param alpha weight of the tokens from {@code shared} on, in [0, 1]; 1 is the plain sum
     * @return the weighted sum
     */
    public static double desensitised(float[] logProbs, int shared, double alpha) {
        return desensitised(Ragged.doubles(logProbs), shared, alpha);
    }
}
