package dev.reft.ppo.watch;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * Longer answers to the same prompt get more reward, and answers have grown: the mean of the last {@value #WINDOW} correlations of
 * reward and length has reached the threshold, and the mean length of the last {@value History#START} observations is at least
 * 1.5 times that of the first {@value History#START}.
 *
 * @param threshold correlation, in (0, 1]
 */
public record LengthPays(double threshold) implements WatchRule {
    /** Observations whose mean counts. */
    public static final int WINDOW = 5;

    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not in (0, 1]
     */
    public LengthPays {
        Thresholds.share("LengthPays", threshold);
    }

    /** A correlation of 0.5. */
    public LengthPays() {
        this(0.5);
    }

    @Override
    public OptionalDouble broken(History history) {
        return Thresholds.grown(history)
                ? Thresholds.from(history.recent(RolloutMeasures.REWARD_LENGTH_CORRELATION, WINDOW), threshold)
                : OptionalDouble.empty();
    }

    @Override
    public Set<String> reads() {
        return Set.of(RolloutMeasures.REWARD_LENGTH_CORRELATION, RolloutMeasures.LENGTH);
    }

    @Override
    public String advice() {
        return "Among answers to one prompt the longer ones get more reward, and answers grow. Read the longest; if length"
                + " itself pays, change the grader or penalise length, and go back to before it began.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.GO_BACK;
    }
}
