package dev.reft.ppo.watch;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.commons.math3.stat.StatUtils;

/**
 * The reward leaps: the last mean reward is above the mean of up to {@value #WINDOW} before it by the threshold in their standard
 * deviations, which count as 0.02 at least. Needs {@value #FEWEST} before it.
 *
 * @param threshold standard deviations, &gt; 0
 */
public record RewardSpike(double threshold) implements WatchRule {
    /** Rewards that the last one is compared with. */
    public static final int WINDOW = 16;

    /** Fewer rewards say nothing. */
    public static final int FEWEST = 8;

    private static final double LEAST_DEVIATION = 0.02;

    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public RewardSpike {
        Thresholds.positive("RewardSpike", threshold);
    }

    /** Six standard deviations. */
    public RewardSpike() {
        this(6);
    }

    @Override
    public OptionalDouble broken(History history) {
        double[] series = history.series(RolloutMeasures.REWARD);
        int last = series.length - 1;
        if (last < FEWEST) {
            return OptionalDouble.empty();
        }
        double[] before = Arrays.copyOfRange(series, Math.max(0, last - WINDOW), last);
        double deviation = Math.max(LEAST_DEVIATION, Math.sqrt(StatUtils.variance(before)));
        return Thresholds.from(OptionalDouble.of((series[last] - StatUtils.mean(before)) / deviation), threshold);
    }

    @Override
    public Set<String> reads() {
        return Set.of(RolloutMeasures.REWARD);
    }

    @Override
    public String advice() {
        return "The reward has leapt. Read the best completions of this step: a leap is more often a hole in the grader than"
                + " a skill.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.LOOK;
    }
}
