package dev.reft.math;

import java.util.Arrays;

/**
 * Weights that correct for a sampler whose probabilities differ from the trained model's, with ratio = exp(trained -
 * sampled). They multiply a token's loss and have no slope: multiply them into the advantages. The type grows.
 */
public sealed interface ImportanceCorrection {
    /**
     * Weights of the tokens of one row.
     *
     * @param trained log-probabilities by the trained model's own forward pass, [n]
     * @param sampled log-probabilities that the sampler reported, [n]
     * @return weights, [n], &gt;= 0
     * @throws IllegalArgumentException if the lengths differ
     */
    double[] weights(double[] trained, double[] sampled);

    /**
     * Truncated importance sampling: the ratio kept within bounds; with {@code low} 0 it is truncated above only.
     *
     * @param low least weight, &gt;= 0
     * @param high greatest weight, &gt;= low
     */
    record Truncated(double low, double high) implements ImportanceCorrection {
        /** Checks the bounds. */
        public Truncated {
            checkBounds(low, high);
        }

        @Override
        public double[] weights(double[] trained, double[] sampled) {
            double[] ratios = ratios(trained, sampled);
            for (int t = 0; t < ratios.length; t++) {
                ratios[t] = Math.max(low, Math.min(high, ratios[t]));
            }
            return ratios;
        }
    }

    /**
     * IcePop: the ratio, and 0 where it lies outside the bounds.
     *
     * @param low least ratio that counts, &gt;= 0
     * @param high greatest ratio that counts, &gt;= low
     */
    record IcePop(double low, double high) implements ImportanceCorrection {
        /** Checks the bounds. */
        public IcePop {
            checkBounds(low, high);
        }

        @Override
        public double[] weights(double[] trained, double[] sampled) {
            double[] ratios = ratios(trained, sampled);
            for (int t = 0; t < ratios.length; t++) {
                ratios[t] = ratios[t] < low || ratios[t] > high ? 0 : ratios[t];
            }
            return ratios;
        }
    }

    /**
     * A whole row counts or not, by the geometric mean of its ratios.
     *
     * @param low least mean ratio that counts, &gt;= 0
     * @param high greatest mean ratio that counts, &gt;= low
     * @param byRatio whether a row that counts is weighted by its tokens' ratios, without bounds; else by 1
     */
    record SequenceMask(double low, double high, boolean byRatio) implements ImportanceCorrection {
        /** Checks the bounds. */
        public SequenceMask {
            checkBounds(low, high);
        }

        @Override
        public double[] weights(double[] trained, double[] sampled) {
            double[] weights = ratios(trained, sampled);
            double sum = 0;
            for (int t = 0; t < trained.length; t++) {
                sum += trained[t] - sampled[t];
            }
            double mean = trained.length == 0 ? 1 : Math.exp(sum / trained.length);
            if (mean < low || mean > high) {
                Arrays.fill(weights, 0);
            } else if (!byRatio) {
                Arrays.fill(weights, 1);
            }
            return weights;
        }
    }

    /**
     * Distance of the probabilities of one token.
     *
     * @param trained log-probability by the trained model
     * @param sampled log-probability by the sampler
     * @return |exp(trained) - exp(sampled)|
     */
    static double probabilityDistance(double trained, double sampled) {
        return Math.abs(Math.exp(trained) - Math.exp(sampled));
    }

    private static double[] ratios(double[] trained, double[] sampled) {
        Checks.sameLength("trained log-probs", trained.length, "sampled log-probs", sampled.length);
        double[] ratios = new double[trained.length];
        for (int t = 0; t < ratios.length; t++) {
            ratios[t] = Math.exp(trained[t] - sampled[t]);
        }
        return ratios;
    }

    private static void checkBounds(double low, double high) {
        Checks.atLeast("low", low, 0);
        Checks.atLeast("high", high, low);
    }
}
