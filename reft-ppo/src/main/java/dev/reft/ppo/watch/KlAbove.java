package dev.reft.ppo.watch;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * The policy is far from where it began: the mean of the last {@value History#START} KL divergences has reached the threshold.
 *
 * @param measure {@code "objective/kl"} of a trainer with a KL penalty, or {@link Probes#KL}
 * @param threshold nats a completion, &gt; 0
 */
public record KlAbove(String measure, double threshold) implements WatchRule {
    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public KlAbove {
        Thresholds.positive("KlAbove", threshold);
    }

    /** 50 nats a completion, by the trainer's own measure; ReFT reports 0 to 10 after its first steps. */
    public KlAbove() {
        this("objective/kl", 50);
    }

    @Override
    public OptionalDouble broken(History history) {
        return Thresholds.from(history.recent(measure, History.START), threshold);
    }

    @Override
    public Set<String> reads() {
        return Set.of(measure);
    }

    @Override
    public String name() {
        return "KlAbove " + measure;
    }

    @Override
    public String advice() {
        return "The policy has moved far from where it began. Raise the KL coefficient or lower the rate, and check a"
                + " held-out score before going on.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.LOOK;
    }
}
