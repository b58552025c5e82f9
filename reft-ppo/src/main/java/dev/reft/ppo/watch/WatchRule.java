package dev.reft.ppo.watch;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Something that should not happen in training, with the threshold from which it counts. A pure function of the history. The type
 * grows; callers keep a default branch.
 */
public sealed interface WatchRule
        permits NotFinite,
                KlAbove,
                EntropyFloor,
                EntropyCollapse,
                LengthPays,
                RewardTracksLength,
                IdenticalWithin,
                IdenticalAcross,
                HeldOutFalls,
                OffTaskDrop,
                RewardSpike,
                UpdateSpike,
                RewardCollapse {
    /**
     * Whether the rule is broken after the last observation.
     *
     * @param history what was observed
     * @return the value that is beyond the threshold, empty if the rule holds or cannot be judged yet
     */
    OptionalDouble broken(History history);

    /**
     * What the value is held against.
     *
     * @return the threshold
     */
    double threshold();

    /**
     * The measures that the rule reads.
     *
     * @return their names
     */
    Set<String> reads();

    /**
     * What to do when it is broken.
     *
     * @return a sentence or two
     */
    String advice();

    /**
     * How grave it is.
     *
     * @return the remedy
     */
    Remedy remedy();

    /**
     * What the rule is about.
     *
     * @return the name of its type, with the measure where that is a choice
     */
    default String name() {
        return getClass().getSimpleName();
    }

    /**
     * All rules with their default thresholds, off-task by log-probabilities. A rule whose measures are not observed stays
     * silent.
     *
     * @return the rules
     */
    static List<WatchRule> defaults() {
        return List.of(
                new NotFinite(),
                new KlAbove(),
                new EntropyFloor(),
                new EntropyCollapse(),
                new LengthPays(),
                new RewardTracksLength(),
                new IdenticalWithin(),
                new IdenticalAcross(),
                new HeldOutFalls(),
                new OffTaskDrop(),
                new RewardSpike(),
                new UpdateSpike(),
                new RewardCollapse());
    }
}
