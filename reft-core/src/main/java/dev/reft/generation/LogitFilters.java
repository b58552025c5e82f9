package dev.reft.generation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Filters between a model's logits and the draw, as pure functions. A dropped token's logit is negative infinity; the
 * least one that a filter leaves is the likeliest.
 */
public final class LogitFilters {
    private LogitFilters() {}

    /**
     * Applies filters one after the other.
     *
     * @param logits one for each token id; not written. Negative infinity is a token dropped before
     * @param row token ids that the penalties count; ids outside the vocabulary are an error
     * @param filters in the order to apply them
     * @return new logits
     * @throws IllegalArgumentException if a logit is NaN or positive infinity, all are negative infinity, or a token of
     *     the row is outside the vocabulary
     */
    public static double[] apply(double[] logits, int[] row, List<LogitFilter> filters) {
        double[] filtered = logits.clone();
        checkLogits(filtered);
        for (LogitFilter filter : filters) {
            applyOne(filter, filtered, row);
        }
        return filtered;
    }

    /**
     * Applies filters one after the other, as {@link #apply(double[], int[], List)}; computed in double precision.
     *
     * @param logits one for each token id; not written
     * @param row token ids that the penalties count
     * @param filters in the order to apply them
     * @return new logits
     */
    public static float[] apply(float[] logits, int[] row, List<LogitFilter> filters) {
        double[] filtered = apply(widen(logits), row, filters);
        float[] narrow = new float[filtered.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) filtered[i];
        }
        return narrow;
    }

    /**
     * The filters of a {@link Sampling} after its constraint, in its order: penalty, temperature, top-k, top-p, min-p.
     * Those that are off are left out; a greedy one has only its penalty.
     *
     * @param sampling how tokens are drawn
     * @return the filters
     */
    public static List<LogitFilter> of(Sampling sampling) {
        List<LogitFilter> filters = new ArrayList<>();
        if (sampling.repetitionPenalty() != 1) {
            filters.add(new LogitFilter.RepetitionPenalty(sampling.repetitionPenalty()));
        }
        if (sampling.temperature() == 0) {
            return filters;
        }
        if (sampling.temperature() != 1) {
            filters.add(new LogitFilter.Temperature(sampling.temperature()));
        }
        if (sampling.topK() != 0) {
            filters.add(new LogitFilter.TopK(sampling.topK()));
        }
        if (sampling.topP() != 1) {
            filters.add(new LogitFilter.TopP(sampling.topP()));
        }
        if (sampling.minP() != 0) {
            filters.add(new LogitFilter.MinP(sampling.minP()));
        }
        return filters;
    }

    /**
     * Draws the next token in the order that {@link Sampling} documents.
     *
     * @param logits the model's, one for each token id; not written
     * @param row token ids so far, prompt included; not written
     * @param sampling how to draw
     * @param constraint which tokens are allowed
     * @param uniform in [0, 1), from {@link dev.reft.random.Seeds#uniform}; not used if greedy
     * @return the token and the log-probability that it was drawn with
     * @throws IllegalArgumentException as {@link #apply(double[], int[], List)}, or if the constraint allows no token
     */
    public static Draw draw(double[] logits, int[] row, Sampling sampling, Constraint constraint, double uniform) {
        double[] allowed = constraint == Constraint.NONE ? logits : restrict(logits, row, constraint);
        double[] filtered = apply(allowed, row, of(sampling));
        if (sampling.temperature() == 0) {
            return new Draw(greedy(filtered), 0);
        }
        double max = filtered[greedy(filtered)];
        double sum = 0;
        for (double logit : filtered) {
            sum += Math.exp(logit - max);
        }
        int token = inverse(filtered, max, sum * uniform);
        return new Draw(token, filtered[token] - max - Math.log(sum));
    }

    /**
     * Draws the next token, as {@link #draw(double[], int[], Sampling, Constraint, double)}; computed in double
     * precision.
     *
     * @param logits the model's, one for each token id; not written
     * @param row token ids so far, prompt included; not written
     * @param sampling how to draw
     * @param constraint which tokens are allowed
     * @param uniform in [0, 1)
     * @return the token and the log-probability that it was drawn with
     */
    public static Draw draw(float[] logits, int[] row, Sampling sampling, Constraint constraint, double uniform) {
        return draw(widen(logits), row, sampling, constraint, uniform);
    }

    /**
     * Softmax.
     *
     * @param logits one for each token id
     * @return probabilities; 0 for dropped tokens
     */
    public static double[] probabilities(double[] logits) {
        double max = logits[greedy(logits)];
        double[] probabilities = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = Math.exp(logits[i] - max);
            sum += probabilities[i];
        }
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }

    /**
     * The token with the largest logit; of several the lowest id.
     *
     * @param logits one for each token id, at least one
     * @return its id
     */
    public static int greedy(double[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    private static double[] restrict(double[] logits, int[] row, Constraint constraint) {
        BitSet allowed = new BitSet(logits.length);
        allowed.set(0, logits.length);
        constraint.restrict(row, allowed);
        int first = allowed.nextSetBit(0);
        if (first < 0 || first >= logits.length) {
            throw new IllegalArgumentException("the constraint allows no token after a row of " + row.length);
        }
        double[] restricted = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            restricted[i] = allowed.get(i) ? logits[i] : Double.NEGATIVE_INFINITY;
        }
        return restricted;
    }

    /** Lowest id first. Rounding can leave the target at the very end: then the last token that has any probability. */
    private static int inverse(double[] logits, double max, double target) {
        double cumulative = 0;
        int last = 0;
        for (int i = 0; i < logits.length; i++) {
            double mass = Math.exp(logits[i] - max);
            if (mass > 0) {
                cumulative += mass;
                last = i;
                if (target < cumulative) {
                    return i;
                }
            }
        }
        return last;
    }

    private static void applyOne(LogitFilter filter, double[] logits, int[] row) {
        if (filter instanceof LogitFilter.Temperature temperature) {
            for (int i = 0; i < logits.length; i++) {
                logits[i] /= temperature.value();
            }
        } else if (filter instanceof LogitFilter.TopK topK) {
            if (topK.k() > 0 && topK.k() < logits.length) {
                dropBelow(logits, LikeliestFirst.kth(logits, topK.k()));
            }
        } else if (filter instanceof LogitFilter.TopP topP) {
            if (topP.p() < 1) {
                nucleus(logits, topP.p());
            }
        } else if (filter instanceof LogitFilter.MinP minP) {
            if (minP.share() > 0) {
                dropUnlikely(logits, minP.share());
            }
        } else if (filter instanceof LogitFilter.RepetitionPenalty repetition) {
            BitSet seen = seen(row, logits.length);
            for (int i = seen.nextSetBit(0); i >= 0; i = seen.nextSetBit(i + 1)) {
                logits[i] = logits[i] > 0 ? logits[i] / repetition.penalty() : logits[i] * repetition.penalty();
            }
        } else if (filter instanceof LogitFilter.PresencePenalty presence) {
            BitSet seen = seen(row, logits.length);
            for (int i = seen.nextSetBit(0); i >= 0; i = seen.nextSetBit(i + 1)) {
                logits[i] -= presence.penalty();
            }
        } else if (filter instanceof LogitFilter.FrequencyPenalty frequency) {
            seen(row, logits.length);
            int[] counts = new int[logits.length];
            for (int token : row) {
                counts[token]++;
            }
            for (int i = 0; i < logits.length; i++) {
                logits[i] -= frequency.penalty() * counts[i];
            }
        }
    }

    private static void nucleus(double[] logits, double p) {
        double max = logits[greedy(logits)];
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit - max);
        }
        BitSet kept = new BitSet(logits.length);
        LikeliestFirst order = new LikeliestFirst(logits);
        double cumulative = 0;
        do {
            int next = order.poll();
            kept.set(next);
            cumulative += Math.exp(logits[next] - max) / sum;
        } while (cumulative < p && !order.isEmpty());
        for (int i = 0; i < logits.length; i++) {
            if (!kept.get(i)) {
                logits[i] = Double.NEGATIVE_INFINITY;
            }
        }
    }

    private static void dropUnlikely(double[] logits, double share) {
        double max = logits[greedy(logits)];
        for (int i = 0; i < logits.length; i++) {
            if (Math.exp(logits[i] - max) < share) {
                logits[i] = Double.NEGATIVE_INFINITY;
            }
        }
    }

    private static void dropBelow(double[] logits, double least) {
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] < least) {
                logits[i] = Double.NEGATIVE_INFINITY;
            }
        }
    }

    private static BitSet seen(int[] row, int vocabularySize) {
        BitSet seen = new BitSet(vocabularySize);
        for (int t = 0; t < row.length; t++) {
            if (row[t] < 0 || row[t] >= vocabularySize) {
                throw new IllegalArgumentException(
                        "token " + t + " of the row is " + row[t] + ", outside the vocabulary of " + vocabularySize);
            }
            seen.set(row[t]);
        }
        return seen;
    }

    private static void checkLogits(double[] logits) {
        boolean any = false;
        for (int i = 0; i < logits.length; i++) {
            if (Double.isNaN(logits[i]) || logits[i] == Double.POSITIVE_INFINITY) {
                throw new IllegalArgumentException("the logit of token " + i + " is " + logits[i]);
            }
            any |= logits[i] != Double.NEGATIVE_INFINITY;
        }
        if (!any) {
            throw new IllegalArgumentException("none of " + logits.length + " tokens has a finite logit");
        }
    }

    private static double[] widen(float[] logits) {
        double[] wide = new double[logits.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = logits[i];
        }
        return wide;
    }
}
