package dev.reft.onnx;

import dev.reft.generation.Constraint;
import dev.reft.generation.Draw;
import dev.reft.generation.LogitFilter;
import dev.reft.generation.LogitFilters;
import dev.reft.generation.OpenSample;
import dev.reft.generation.Sampling;
import dev.reft.model.EngineException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/** Logits of one token at a temperature: their distribution, and draws from it. In double precision. */
final class Logits {
    private final float[] logits;
    private final double temperature;
    private final double max;
    /** The sum of exp((logit - max) / temperature) up to each token. */
    private final double[] cumulative;

    /**
     * The distribution of a token.
     *
     * @param all logits of many tokens
     * @param token which of them
     * @param vocabulary logits of a token
     * @param temperature they are divided by it
     * @throws EngineException if they are not finite
     */
    Logits(FloatBuffer all, long token, int vocabulary, double temperature) {
        this.logits = new float[vocabulary];
        this.temperature = temperature;
        this.cumulative = new double[vocabulary];
        all.get(Math.toIntExact(token * vocabulary), logits);
        float largest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw new EngineException(
                        EngineException.Kind.OTHER,
                        "the model's logits are not finite; its weights may have diverged",
                        new ArithmeticException("a logit is " + logit));
            }
            largest = Math.max(largest, logit);
        }
        this.max = largest;
        double sum = 0;
        for (int i = 0; i < vocabulary; i++) {
            sum += Math.exp((logits[i] - max) / temperature);
            cumulative[i] = sum;
        }
    }

    private double sum() {
        return cumulative[cumulative.length - 1];
    }

    /** The log-probability of a token. */
    double logProb(int token) {
        return (logits[token] - max) / temperature - Math.log(sum());
    }

    /** The entropy. */
    double entropy() {
        double mean = 0;
        double before = 0;
        for (int i = 0; i < logits.length; i++) {
            mean += (cumulative[i] - before) * (logits[i] - max);
            before = cumulative[i];
        }
        return Math.log(sum()) - mean / sum() / temperature;
    }

    /** Draws a sample's next token. */
    Draw draw(OpenSample sample) {
        Sampling sampling = sample.request().sampling();
        if (isFiltered(sample)) {
            return LogitFilters.draw(
                    logits, sample.row(), sampling, sample.request().constraint(), sample.uniform());
        }
        if (sampling.temperature() == 0) {
            return new Draw(likeliest(), 0);
        }
        int token = inverse(sample.uniform() * sum());
        return new Draw(token, logProb(token));
    }

    private static boolean isFiltered(OpenSample sample) {
        List<LogitFilter> filters = LogitFilters.of(sample.request().sampling());
        return sample.request().constraint() != Constraint.NONE
                || filters.stream().anyMatch(f -> !(f instanceof LogitFilter.Temperature));
    }

    private int likeliest() {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    /** The first token whose cumulative sum exceeds the target; at the very end, by rounding, the last that has any. */
    private int inverse(double target) {
        int at = Arrays.binarySearch(cumulative, target);
        int token = at < 0 ? -at - 1 : at;
        while (token < cumulative.length && cumulative[token] <= target) {
            token++;
        }
        return Math.min(token, firstOf(sum()));
    }

    private int firstOf(double value) {
        int at = Arrays.binarySearch(cumulative, value);
        while (at > 0 && cumulative[at - 1] == value) {
            at--;
        }
        return at;
    }
}
