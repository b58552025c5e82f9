package dev.reft.ppo.watch;

import java.util.OptionalDouble;
import java.util.Set;

/**
 * One text answers many prompts: {@link RolloutMeasures#IDENTICAL_ACROSS}, mean of the last {@value History#START}. Where answers are a letter or a small number, that is no wonder: leave the rule out.
 *
 * @param threshold share, in (0, 1]
 */
public record IdenticalAcross(double threshold) implements WatchRule {
    /**
     * Checks the threshold.
     *
     * @throws IllegalArgumentException if it is not in (0, 1]
     */
    public IdenticalAcross {
        Thresholds.share("IdenticalAcross", threshold);
    }

    /** Half of the prompts. */
    public IdenticalAcross() {
        this(0.5);
    }

    @Override
    public OptionalDouble broken(History history) {
        return Thresholds.from(history.recent(RolloutMeasures.IDENTICAL_ACROSS, History.START), threshold);
    }

    @Override
    public Set<String> reads() {
        return Set.of(RolloutMeasures.IDENTICAL_ACROSS);
    }

    @Override
    public String advice() {
        return "One and the same text answers many prompts. Read it: the grader may be satisfied by a phrase, or the policy has collapsed.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.GO_BACK;
    }
}
