package dev.reft.ppo;

import dev.reft.math.AnchoredPreference;
import dev.reft.math.PreferenceLoss;
import dev.reft.model.Objective;
import dev.reft.model.Output;
import dev.reft.model.TokenBatch;
import dev.reft.objective.PreferenceObjective;
import dev.reft.objective.PreferenceSums;
import dev.reft.objective.PreferenceTargets;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A preference loss on a batch of pairs. */
final class PreferenceTask implements BatchLoop.Task {
    private final PreferenceConfig config;
    private final PreferenceLoss loss;
    private final ResponseRows.Pairs rows;
    private final double @Nullable [] references;
    private final RunningMean rewards;

    PreferenceTask(
            PreferenceConfig config,
            PreferenceLoss loss,
            ResponseRows.Pairs rows,
            double @Nullable [] references,
            RunningMean rewards) {
        this.config = config;
        this.loss = loss;
        this.rows = rows;
        this.references = references;
        this.rewards = rewards;
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
        return new PreferenceObjective(
                loss, new PreferenceTargets(references, rows.shares(), config.desensitising(), likelihood()));
    }

    private float @Nullable [][] likelihood() {
        if (config.likelihood() == 0) {
            return null;
        }
        int[] lengths = new int[rows.batch().size()];
        double[] counts = new double[lengths.length];
        double[] pairs = rows.weights();
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = rows.batch().row(i).scored().length;
            counts[i] = i % 2 == 0 ? pairs[i / 2] : 0;
        }
        double[][] exact = config.base().aggregation().weights(lengths, counts);
        float[][] weights = new float[exact.length][];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = new float[exact[i].length];
            for (int t = 0; t < weights[i].length; t++) {
                weights[i][t] = (float) (config.likelihood() * exact[i][t]);
            }
        }
        return weights;
    }

    @Override
    public void report(Map<String, Double> sums, Map<String, Double> metrics) {
        metrics.put("pairs", (double) rows.pairs().size());
        metrics.put("pairs/skipped", (double) rows.skipped());
        Double counted = sums.get(PreferenceSums.PAIRS);
        if (counted == null) {
            return;
        }
        double n = counted;
        double chosen = sums.getOrDefault(PreferenceSums.CHOSEN_REWARD, 0.0) / n;
        double rejected = sums.getOrDefault(PreferenceSums.REJECTED_REWARD, 0.0) / n;
        metrics.put("loss", sums.getOrDefault(PreferenceSums.LOSS, 0.0));
        metrics.put("rewards/chosen", chosen);
        metrics.put("rewards/rejected", rejected);
        metrics.put("rewards/margins", chosen - rejected);
        metrics.put("rewards/accuracies", sums.getOrDefault(PreferenceSums.RIGHT, 0.0) / n);
        metrics.put("logps/chosen", sums.getOrDefault(PreferenceSums.CHOSEN_LOG_PROB, 0.0) / n);
        metrics.put("logps/rejected", sums.getOrDefault(PreferenceSums.REJECTED_LOG_PROB, 0.0) / n);
        metrics.put("length/chosen", sums.getOrDefault(PreferenceSums.CHOSEN_LENGTH, 0.0) / n);
        metrics.put("length/rejected", sums.getOrDefault(PreferenceSums.REJECTED_LENGTH, 0.0) / n);
        if (config.likelihood() > 0) {
            metrics.put("nll_loss", sums.getOrDefault(PreferenceSums.LIKELIHOOD, 0.0) / config.likelihood());
        }
        if (loss instanceof AnchoredPreference.BcoPair bco) {
            metrics.put("delta", bco.delta());
        }
    }

    @Override
    public void trained(Map<String, Double> sums) {
        rewards.add(
                sums.getOrDefault(PreferenceSums.CHOSEN_REWARD, 0.0)
                        + sums.getOrDefault(PreferenceSums.REJECTED_REWARD, 0.0),
                2 * Math.round(sums.getOrDefault(PreferenceSums.PAIRS, 0.0)));
    }
}
