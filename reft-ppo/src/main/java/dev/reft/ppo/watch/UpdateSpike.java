package dev.reft.ppo.watch;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.commons.math3.stat.StatUtils;

/**
 * One update has thrown the policy: it moved by {@value #LEAST} or more, and by the threshold times the median of up to
 * {@value #WINDOW} updates before it or more. Needs {@value #FEWEST} before it.
 *
 * @param measure how far an update moves the policy, such as {@code "policy/approxkl_avg"}
 * @param threshold times the median, &gt; 0
 */
public record UpdateSpike(String measure, double threshold) implements WatchRule {
    /** Updates that the last one is compared with. */
    public static final int WINDOW = 16;

    /** Fewer updates say nothing. */
    public static final int FEWEST = 8;

    /** Smaller moves are no spike, however small those before were: a policy that has nothing left to learn hardly moves. */
    public static final double LEAST = 0.1;

    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public UpdateSpike {
        Thresholds.positive("UpdateSpike", threshold);
    }

    /** Ten times the median, of the half mean squared log-ratio of an update's tokens. */
    public UpdateSpike() {
        this("policy/approxkl_avg", 10);
    }

    @Override
    public OptionalDouble broken(History history) {
        double[] series = history.series(measure);
        int last = series.length - 1;
        if (last < FEWEST || series[last] < LEAST) {
            return OptionalDouble.empty();
        }
        double median = StatUtils.percentile(Arrays.copyOfRange(series, Math.max(0, last - WINDOW), last), 50);
        // The floor again: ten times next to nothing is next to nothing.
        return Thresholds.from(OptionalDouble.of(series[last] / Math.max(median, LEAST / threshold)), threshold);
    }

    @Override
    public Set<String> reads() {
        return Set.of(measure);
    }

    @Override
    public String name() {
        return "UpdateSpike " + measure;
    }

    @Override
    public String advice() {
        return "One update has moved the policy much farther than those before it. Go back to the last good checkpoint with"
                + " a lower rate, fewer epochs over a batch or a tighter bound on gradients.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.GO_BACK;
    }
}
