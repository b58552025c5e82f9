package dev.reft.graders.similarity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sentence BLEU (Papineni and others 2002) as nltk's {@code sentence_bleu} computes it:
 * {@code BP * exp(sum of weight_n * ln p_n)}, p_n being the clipped n-gram precision and BP the brevity penalty.
 */
public final class Bleu {
    private static final double EPSILON = 0.1;
    private static final int ALPHA = 5;
    private static final int K = 5;

    private Bleu() {}

    /**
     * What is done about orders without a match: the methods of Chen and Cherry (2014), as nltk numbers them. Without smoothing a text of
     * three words scores 0 even against itself. The enum grows.
     */
    public enum Smoothing {
        /** None: an order without a match makes the score (nearly) 0. */
        METHOD_0,
        /** A numerator of 0 becomes 0.1. */
        METHOD_1,
        /** One is added to numerator and denominator of all orders but the first. */
        METHOD_2,
        /** The k-th numerator of 0 becomes 1 / 2^k. */
        METHOD_3,
        /** The k-th numerator of 0 becomes ln(length) / (5 * 2^k); Azure's evaluators use this. */
        METHOD_4,
        /** Precisions are averaged with those of the neighbouring orders. */
        METHOD_5,
        /** Orders from 3 are interpolated with what the two orders before let expect; 0 where there is no bigram in common. */
        METHOD_6,
        /** Method 4, then method 5. */
        METHOD_7
    }

    /**
     * OpenAI's {@code bleu}, in Azure's published settings: {@link WordTokenizer#of}, orders 1 to 4, {@link Smoothing#METHOD_4}.
     *
     * @param input what is judged
     * @param reference what it is compared with
     * @return from 0 to 1
     */
    public static double score(String input, String reference) {
        return sentence(
                WordTokenizer.of(input),
                List.of(WordTokenizer.of(reference)),
                new double[] {0.25, 0.25, 0.25, 0.25},
                Smoothing.METHOD_4);
    }

    /**
     * Sentence BLEU.
     *
     * @param input the words that are judged
     * @param references the words of each reference; the nearest length counts for brevity, the shorter of two
     * @param weights one an order, from 1
     * @param smoothing what is done about orders without a match
     * @return from 0 to 1 for weights that add up to 1; 0 if no word matches
     * @throws IllegalArgumentException if there are no references or no weights
     */
    public static double sentence(
            List<String> input, List<List<String>> references, double[] weights, Smoothing smoothing) {
        if (references.isEmpty() || weights.length == 0) {
            throw new IllegalArgumentException(
                    "BLEU over " + references.size() + " references with " + weights.length + " weights");
        }
        int orders = weights.length;
        Precisions precisions = new Precisions(input, references, Math.max(orders, 5));
        if (precisions.matches[0] == 0) {
            return 0;
        }
        double[] smoothed = smooth(precisions, orders, input.size(), smoothing);
        double sum = 0;
        for (int n = 0; n < orders; n++) {
            if (Double.isNaN(smoothed[n])) {
                return 0;
            }
            if (smoothed[n] > 0) {
                sum += weights[n] * Math.log(smoothed[n]);
            }
        }
        int[] lengths = references.stream().mapToInt(List::size).toArray();
        return brevityPenalty(input.size(), lengths) * Math.exp(sum);
    }

    /**
     * The share of n-grams that a reference has, each counted at most as often as in one reference.
     *
     * @param input the words that are judged
     * @param references the words of each reference
     * @param order n, &gt;= 1
     * @return from 0 to 1; 0 if the input is shorter than n
     */
    public static double modifiedPrecision(List<String> input, List<List<String>> references, int order) {
        return new Precisions(input, references, order).raw(order - 1);
    }

    /**
     * The factor for inputs that are shorter than the reference of the nearest length: {@code exp(1 - r / c)}.
     *
     * @param length words of the input, c
     * @param references words of each reference; the nearest counts, the shorter of two
     * @return from 0 to 1; 0 for an empty input
     */
    public static double brevityPenalty(int length, int... references) {
        int nearest = references[0];
        for (int reference : references) {
            int nearer = Math.abs(reference - length) - Math.abs(nearest - length);
            if (nearer < 0 || (nearer == 0 && reference < nearest)) {
                nearest = reference;
            }
        }
        if (length > nearest) {
            return 1;
        }
        return length == 0 ? 0 : Math.exp(1 - (double) nearest / length);
    }

    private static double[] smooth(Precisions p, int orders, int length, Smoothing smoothing) {
        double[] out = new double[orders];
        int zeros = 0;
        for (int n = 0; n < orders; n++) {
            boolean zero = p.matches[n] == 0;
            zeros += zero ? 1 : 0;
            out[n] = switch (smoothing) {
                case METHOD_0 -> zero ? Double.MIN_NORMAL : p.raw(n);
                case METHOD_1 -> zero ? EPSILON / p.totals[n] : p.raw(n);
                case METHOD_2 -> n == 0 ? p.raw(n) : (p.matches[n] + 1.0) / (p.totals[n] + 1.0);
                case METHOD_3 -> zero ? Math.scalb(1.0, -zeros) / p.totals[n] : p.raw(n);
                case METHOD_4, METHOD_7 ->
                    zero && length > 1 ? Math.scalb(Math.log(length) / K, -zeros) / p.totals[n] : p.raw(n);
                case METHOD_5, METHOD_6 -> p.raw(n);
            };
        }
        if (smoothing == Smoothing.METHOD_5 || smoothing == Smoothing.METHOD_7) {
            average(out, p.raw(4));
        } else if (smoothing == Smoothing.METHOD_6) {
            interpolate(out, p, length);
        }
        return out;
    }

    /** Each order with the averaged one below it and the one above; the order above the last is the fifth, whatever the last is. */
    private static void average(double[] out, double fifth) {
        double below = out[0] + 1;
        for (int n = 0; n < out.length; n++) {
            double above = n + 1 < out.length ? out[n + 1] : fifth;
            out[n] = (below + out[n] + above) / 3;
            below = out[n];
        }
    }

    private static void interpolate(double[] out, Precisions p, int length) {
        for (int n = 2; n < out.length; n++) {
            if (p.matches[1] == 0 || p.matches[2] == 0) {
                Arrays.fill(out, Double.NaN);
                return;
            }
            double expected = out[n - 2] == 0 ? 0 : out[n - 1] * out[n - 1] / out[n - 2];
            out[n] = (p.matches[n] + ALPHA * expected) / (Math.max(0, length - n) + ALPHA);
        }
    }

    /** Clipped matches and totals of orders 1 to n. */
    private static final class Precisions {
        final int[] matches;
        final int[] totals;

        Precisions(List<String> input, List<List<String>> references, int orders) {
            List<List<String>> all = new ArrayList<>(references);
            all.add(input);
            NGrams grams = new NGrams(all);
            matches = new int[orders];
            totals = new int[orders];
            for (int n = 0; n < orders; n++) {
                if (n > 0) {
                    grams.lengthen();
                }
                int[] own = grams.counts(references.size());
                int[] most = new int[own.length];
                for (int r = 0; r < references.size(); r++) {
                    int[] counts = grams.counts(r);
                    Arrays.setAll(most, i -> Math.max(most[i], counts[i]));
                }
                for (int i = 0; i < own.length; i++) {
                    matches[n] += Math.min(own[i], most[i]);
                }
                totals[n] = Math.max(1, grams.size(references.size()));
            }
        }

        double raw(int n) {
            return (double) matches[n] / totals[n];
        }
    }
}
