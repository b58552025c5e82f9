package dev.reft.examples.tasks;

import dev.reft.model.Scorer;
import dev.reft.ppo.Rollouts;
import dev.reft.ppo.watch.CheckpointProbe;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What is measured at the checkpoints of a stage that samples nothing of its own. It travels in them. */
final class Checks {
    private final CheckpointProbe probe;
    private final Supplier<Rollouts> sample;
    private StepLog log;

    /**
     * @param probe what is measured
     * @param sample draws from the policy as it is
     * @param state of the checkpoint that the stage goes on from; "" for none
     */
    Checks(CheckpointProbe probe, Supplier<Rollouts> sample, String state) {
        this.probe = probe;
        this.sample = sample;
        log = StepLog.of(state);
    }

    /** Measures the policy for a checkpoint that is written now; the text is its host state. */
    String measure(Scorer policy, long steps) {
        return measure(policy, steps, Map.of());
    }

    /** The same with what else is known of the checkpoint. */
    String measure(Scorer policy, long steps, Map<String, Double> more) {
        Map<String, Double> row = new TreeMap<>(more);
        row.putAll(probe.of(policy, sample.get()));
        row.put("step", (double) steps);
        log = log.with(row, List.of(), "");
        return log.text();
    }

    StepLog log() {
        return log;
    }
}
