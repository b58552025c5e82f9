package dev.reft.ppo.watch;

import java.util.OptionalDouble;
import java.util.Set;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;

/**
 * Reward rises as answers grow: over the last {@value #WINDOW} observations the correlation of mean reward and mean length has
 * reached the threshold, and the mean length of the last {@value History#START} is at least 1.5 times that of the first
 * {@value History#START}. It may be learning to reason, too.
 *
 * @param threshold correlation, in (0, 1]
 */
public record RewardTracksLength(double threshold) implements WatchRule {
    /** Observations that are correlated. */
    public static final int WINDOW = 16;

    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not in (0, 1]
     */
    public RewardTracksLength {
        Thresholds.share("RewardTracksLength", threshold);
    }

    /** A correlation of 0.9. */
    public RewardTracksLength() {
        this(0.9);
    }

    @Override
    public OptionalDouble broken(History history) {
        double[][] both = history.observations().stream()
                .map(o -> new double[] {
                    o.measures().getOrDefault(RolloutMeasures.LENGTH, Double.NaN),
                    o.measures().getOrDefault(RolloutMeasures.REWARD, Double.NaN)
                })
                .filter(pair -> Double.isFinite(pair[0]) && Double.isFinite(pair[1]))
                .toArray(double[][]::new);
        if (both.length < WINDOW || !Thresholds.grown(history)) {
            return OptionalDouble.empty();
        }
        double[] lengths = new double[WINDOW];
        double[] rewards = new double[WINDOW];
        for (int i = 0; i < WINDOW; i++) {
            lengths[i] = both[both.length - WINDOW + i][0];
            rewards[i] = both[both.length - WINDOW + i][1];
        }
        // NaN where one of them does not vary, which is below any threshold.
        return Thresholds.from(OptionalDouble.of(new PearsonsCorrelation().correlation(lengths, rewards)), threshold);
    }

    @Override
    public Set<String> reads() {
        return Set.of(RolloutMeasures.REWARD, RolloutMeasures.LENGTH);
    }

    @Override
    public String advice() {
        return "Reward and length rise together. Read completions: if they say more, it is learning; if they only get longer,"
                + " change the grader.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.LOOK;
    }
}
