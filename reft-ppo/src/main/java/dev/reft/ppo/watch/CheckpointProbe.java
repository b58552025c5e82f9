package dev.reft.ppo.watch;

import dev.reft.model.Row;
import dev.reft.model.Scorer;
import dev.reft.ppo.Rollouts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is asked of a policy at each of its checkpoints: how far it is from where it began, and what has become of texts that it is not
 * trained on.
 *
 * @param initial the policy at the start, such as its frozen copy; its owner closes it
 * @param texts from {@link Probes#rows}; none leaves {@link Probes#OFF_TASK} out
 */
public record CheckpointProbe(Scorer initial, List<Row> texts) {
    /** Copies the list. */
    public CheckpointProbe {
        texts = List.copyOf(texts);
    }

    /**
     * Measures the policy before its first step.
     *
     * @param policy the initial policy itself
     * @return {@link Probes#KL}, which is 0, and {@link Probes#OFF_TASK}
     */
    public Map<String, Double> start(Scorer policy) {
        Map<String, Double> measures = new TreeMap<>(offTask(policy));
        measures.put(Probes.KL, 0.0);
        return measures;
    }

    /**
     * Measures the policy.
     *
     * @param policy at a checkpoint
     * @param rollouts what it sampled last, also if an update came after them
     * @return {@link Probes#KL}, absent without a completion, and {@link Probes#OFF_TASK}
     */
    public Map<String, Double> of(Scorer policy, Rollouts rollouts) {
        Map<String, Double> measures = new TreeMap<>(offTask(policy));
        if (rollouts.size() > 0) {
            measures.put(Probes.KL, Probes.kl(policy, initial, rollouts));
        }
        return measures;
    }

    private Map<String, Double> offTask(Scorer policy) {
        return texts.isEmpty() ? Map.of() : Map.of(Probes.OFF_TASK, Probes.logProb(policy, texts));
    }
}
