package dev.reft.ppo.watch;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * A prompt's completions are nearly all the same: {@link RolloutMeasures#IDENTICAL_WITHIN}, mean of the last {@value History#START}.
 *
 * @param threshold share, in (0, 1]
 */
public record IdenticalWithin(double threshold) implements WatchRule {
    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not in (0, 1]
     */
    public IdenticalWithin {
        Thresholds.share("IdenticalWithin", threshold);
    }

    /** A share of 0.95. */
    public IdenticalWithin() {
        this(0.95);
    }

    @Override
    public OptionalDouble broken(History history) {
        return Thresholds.from(history.recent(RolloutMeasures.IDENTICAL_WITHIN, History.START), threshold);
    }

    @Override
    public Set<String> reads() {
        return Set.of(RolloutMeasures.IDENTICAL_WITHIN);
    }

    @Override
    public String advice() {
        return "A prompt's completions are nearly all the same, so groups teach nothing. Raise the temperature, take harder problems, or end the run if they are solved.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.LOOK;
    }
}
