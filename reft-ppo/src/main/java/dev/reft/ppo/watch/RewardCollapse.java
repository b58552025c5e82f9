package dev.reft.ppo.watch;

import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.DoubleStream;

/**
 * The reward has fallen from its best, both as means of {@value #WINDOW} observations, by the threshold times the greater of the
 * best's size and its rise since the start, and by {@value #NOISE} standard errors of the difference of two such means: a reward that is
 * seldom earned jumps about near 0, and that is no collapse. The deviation of one reward is estimated from neighbouring ones.
 *
 * @param threshold share, in (0, 1]
 */
public record RewardCollapse(double threshold) implements WatchRule {
    /** Observations whose mean counts. */
    public static final int WINDOW = 4;

    /** Standard errors that a fall must have. */
    public static final int NOISE = 3;

    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not in (0, 1]
     */
    public RewardCollapse {
        Thresholds.share("RewardCollapse", threshold);
    }

    /** Half of the best. */
    public RewardCollapse() {
        this(0.5);
    }

    @Override
    public OptionalDouble broken(History history) {
        double[] series = history.series(RolloutMeasures.REWARD);
        if (series.length < 2 * WINDOW) {
            return OptionalDouble.empty();
        }
        double start = mean(series, 0);
        double best = start;
        for (int i = 1; i + WINDOW <= series.length; i++) {
            best = Math.max(best, mean(series, i));
        }
        double scale = Math.max(Math.abs(best), best - start);
        double fall = best - mean(series, series.length - WINDOW);
        boolean real = scale > 0 && fall >= NOISE * deviation(series) * Math.sqrt(2.0 / WINDOW);
        return real ? Thresholds.from(OptionalDouble.of(fall / scale), threshold) : OptionalDouble.empty();
    }

    /** Of one reward about its course: neighbours differ by the square root of 2 times as much. */
    private static double deviation(double[] series) {
        double squares = 0;
        for (int i = 1; i < series.length; i++) {
            squares += (series[i] - series[i - 1]) * (series[i] - series[i - 1]);
        }
        return Math.sqrt(squares / (2 * (series.length - 1)));
    }

    private static double mean(double[] series, int from) {
        return DoubleStream.of(series).skip(from).limit(WINDOW).average().orElse(Double.NaN);
    }

    @Override
    public Set<String> reads() {
        return Set.of(RolloutMeasures.REWARD);
    }

    @Override
    public String advice() {
        return "The reward has collapsed. Go back to the last good checkpoint with a lower rate or a higher KL coefficient.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.GO_BACK;
    }
}
