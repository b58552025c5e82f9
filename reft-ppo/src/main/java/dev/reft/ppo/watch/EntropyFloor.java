package dev.reft.ppo.watch;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * Completions have hardly any choice left: the mean entropy of the last {@value #WINDOW} observations is below the threshold.
 *
 * @param measure entropy a token, such as {@link RolloutMeasures#ENTROPY} or {@code "policy/entropy_avg"}
 * @param threshold nats a token, &gt; 0
 */
public record EntropyFloor(String measure, double threshold) implements WatchRule {
    /** Observations whose mean counts. */
    public static final int WINDOW = 5;

    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public EntropyFloor {
        Thresholds.positive("EntropyFloor", threshold);
    }

    /** 0.01 nats a token, of the sampled tokens. */
    public EntropyFloor() {
        this(RolloutMeasures.ENTROPY, 0.01);
    }

    @Override
    public OptionalDouble broken(History history) {
        return Thresholds.below(history.recent(measure, WINDOW), threshold);
    }

    @Override
    public Set<String> reads() {
        return Set.of(measure);
    }

    @Override
    public String advice() {
        return "Sampling explores no more. Raise the temperature or the entropy coefficient, or end the run if its"
                + " problems are solved.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.LOOK;
    }
}
