package dev.reft.ppo.watch;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * Entropy has fallen to a small share of what it was at the start: mean of the last {@value EntropyFloor#WINDOW} observations by
 * mean of the first {@value History#START}.
 *
 * @param measure entropy a token, such as {@link RolloutMeasures#ENTROPY} or {@code "policy/entropy_avg"}
 * @param threshold share of the start, in (0, 1]
 */
public record EntropyCollapse(String measure, double threshold) implements WatchRule {
    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not in (0, 1]
     */
    public EntropyCollapse {
        Thresholds.share("EntropyCollapse", threshold);
    }

    /** A tenth of the start, of the sampled tokens. */
    public EntropyCollapse() {
        this(RolloutMeasures.ENTROPY, 0.1);
    }

    @Override
    public OptionalDouble broken(History history) {
        OptionalDouble start = history.start(measure);
        OptionalDouble now = history.recent(measure, EntropyFloor.WINDOW);
        return start.isPresent() && now.isPresent() && start.getAsDouble() > 0
                ? Thresholds.below(OptionalDouble.of(now.getAsDouble() / start.getAsDouble()), threshold)
                : OptionalDouble.empty();
    }

    @Override
    public Set<String> reads() {
        return Set.of(measure);
    }

    @Override
    public String advice() {
        return "Entropy has collapsed. Lower the rate, raise the entropy coefficient or the KL coefficient, and compare a"
                + " held-out score with that of an earlier checkpoint.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.LOOK;
    }
}
