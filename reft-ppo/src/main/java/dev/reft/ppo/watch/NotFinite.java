package dev.reft.ppo.watch;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A measure that is NaN or infinite.
 *
 * @param reads the measures that are looked at
 */
public record NotFinite(Set<String> reads) implements WatchRule {
    /** Copies the set. */
    public NotFinite {
        reads = Set.copyOf(reads);
    }

    /** Reward, KL, losses and gradient norm of a trainer's report. */
    public NotFinite() {
        this(Set.of(
                RolloutMeasures.REWARD,
                "objective/scores",
                "objective/kl",
                "loss/policy_avg",
                "loss/value_avg",
                "gradient/norm_avg"));
    }

    @Override
    public OptionalDouble broken(History history) {
        int last = history.observations().size() - 1;
        if (last >= 0) {
            Map<String, Double> measures = history.observations().get(last).measures();
            for (String name : reads) {
                double value = measures.getOrDefault(name, 0.0);
                if (!Double.isFinite(value)) {
                    return OptionalDouble.of(value);
                }
            }
        }
        return OptionalDouble.empty();
    }

    @Override
    public double threshold() {
        return Double.MAX_VALUE;
    }

    @Override
    public String advice() {
        return "A number of the run is not finite. Go back to the last good checkpoint and lower the rate or bound the"
                + " reward.";
    }

    @Override
    public Remedy remedy() {
        return Remedy.GO_BACK;
    }
}
