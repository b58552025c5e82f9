package dev.reft.ppo;

import dev.reft.math.KtoLoss;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.TokenBatch;
import dev.reft.objective.KtoObjective;
import dev.reft.objective.PreferenceSums;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/** KTO's loss on a batch of marked answers, its reference point known. */
final class KtoTask implements BatchLoop.Task {
    private final KtoLoss loss;
    private final ResponseRows.Labelled rows;
    private final double[] references;
    private final double kl;

    KtoTask(KtoLoss loss, ResponseRows.Labelled rows, double[] references, double kl) {
        this.loss = loss;
        this.rows = rows;
        this.references = references;
        this.kl = kl;
    }

    @Override
    public TokenBatch batch() {
        return rows.batch();
    }

    @Override
    public Set<Output> wanted() {
        return Set.of(Output.LOG_PROB);
    }

    @Override
    public Objective objective() {
        boolean[] desirable = new boolean[rows.examples().size()];
        double[] weights = new double[desirable.length];
        Arrays.fill(weights, 1.0 / weights.length);
        for (int i = 0; i < desirable.length; i++) {
            desirable[i] = rows.examples().get(i).good();
        }
        return new KtoObjective(loss, desirable, references, weights, kl);
    }

    @Override
    public void report(Map<String, Double> sums, Map<String, Double> metrics) {
        metrics.put("examples", (double) rows.examples().size());
        metrics.put("examples/skipped", (double) rows.skipped());
        if (!sums.containsKey(PreferenceSums.LOSS)) {
            return;
        }
        metrics.put("loss", sums.getOrDefault(PreferenceSums.LOSS, 0.0));
        metrics.put("kl", kl);
        double chosen = sums.getOrDefault(PreferenceSums.CHOSEN, 0.0);
        double rejected = sums.getOrDefault(PreferenceSums.REJECTED, 0.0);
        mean(sums, metrics, "rewards/chosen", PreferenceSums.CHOSEN_REWARD, chosen);
        mean(sums, metrics, "rewards/rejected", PreferenceSums.REJECTED_REWARD, rejected);
        mean(sums, metrics, "logps/chosen", PreferenceSums.CHOSEN_LOG_PROB, chosen);
        mean(sums, metrics, "logps/rejected", PreferenceSums.REJECTED_LOG_PROB, rejected);
        mean(sums, metrics, "length/chosen", PreferenceSums.CHOSEN_LENGTH, chosen);
        mean(sums, metrics, "length/rejected", PreferenceSums.REJECTED_LENGTH, rejected);
        metrics.put("count/chosen", chosen);
        metrics.put("count/rejected", rejected);
        if (chosen > 0 && rejected > 0) {
            metrics.put(
                    "rewards/margins",
                    metrics.getOrDefault("rewards/chosen", 0.0) - metrics.getOrDefault("rewards/rejected", 0.0));
        }
    }

    /** Half a batch may be all that there is. */
    private static void mean(
            Map<String, Double> sums, Map<String, Double> metrics, String name, String sum, double count) {
        if (count > 0) {
            metrics.put(name, sums.getOrDefault(sum, 0.0) / count);
        }
    }
}
