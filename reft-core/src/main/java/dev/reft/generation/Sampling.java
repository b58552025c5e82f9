package dev.reft.generation;

/**
 * How tokens are drawn. The order is: constraint, repetition penalty, temperature, top-k, top-p, min-p.
 *
 * @param temperature logits are divided by it, &gt;= 0; 0 is greedy (the lowest id wins a tie), with log-probabilities
 *     then at temperature 1
 * @param topK keep the k likeliest tokens (ties with the k-th are kept); 0 is off
 * @param topP keep the smallest set of likeliest tokens whose probability reaches this, in (0, 1]; 1 is off
 * @param minP keep tokens at least this share as likely as the likeliest, in [0, 1]; 0 is off
 * @param repetitionPenalty logits of tokens in the row are divided by it if positive, else multiplied, &gt; 0; 1 is off
 */
public record Sampling(float temperature, int topK, float topP, float minP, float repetitionPenalty) {
    /** The likeliest token each time. */
    public static final Sampling GREEDY = new Sampling(0f, 0, 1f, 0f, 1f);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Sampling {
        check("temperature", temperature, temperature >= 0 && Float.isFinite(temperature));
        check("topK", topK, topK >= 0);
        check("topP", topP, topP > 0 && topP <= 1);
        check("minP", minP, minP >= 0 && minP <= 1);
        check("repetitionPenalty", repetitionPenalty, repetitionPenalty > 0 && Float.isFinite(repetitionPenalty));
    }

    /**
     * Plain sampling at a temperature, without filters.
     *
     * @param temperature &gt;= 0
     * @return the sampling
     */
    public static Sampling at(float temperature) {
        return new Sampling(temperature, 0, 1f, 0f, 1f);
    }

    /**
     * The temperature that reported log-probabilities refer to.
     *
     * @return the temperature, or 1 if greedy
     */
    public float scoringTemperature() {
        return temperature == 0 ? 1f : temperature;
    }

    private static void check(String name, double value, boolean fine) {
        if (!fine) {
            throw new IllegalArgumentException(name + " " + value + " is out of range");
        }
    }
}
