package dev.reft.ppo.watch;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * Something that is not trained on gets worse: the last number of a measure is below the first by the threshold or more.
 *
 * @param measure {@link Probes#OFF_TASK}, or the score of another skill under a name of the host's
 * @param threshold how far it may fall, in its own units, &gt; 0
 */
public record OffTaskDrop(String measure, double threshold) implements WatchRule {
    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public OffTaskDrop {
        Thresholds.positive("OffTaskDrop", threshold);
    }

    /** {@link Probes#OFF_TASK} 0.5 nats a token below the first. */
    public OffTaskDrop() {
        this(Probes.OFF_TASK, 0.5);
    }

    @Override
    public OptionalDouble broken(History history) {
        double[] series = history.series(measure);
        return series.length < 2
                ? OptionalDouble.empty()
                : Thresholds.from(OptionalDouble.of(series[0] - series[series.length - 1]), threshold);
    }

    @Override
    public Set<String> reads() {
        return Set.of(measure);
    }

    @Override
    public String name() {
        return "OffTaskDrop " + measure;
    }

    @Override
    public String advice() {
        return "What is not trained on gets worse. Raise the KL coefficient, mix other data in, or keep an earlier"
                + " checkpoint.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.LOOK;
    }
}
