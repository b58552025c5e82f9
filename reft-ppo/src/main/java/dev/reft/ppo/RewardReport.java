package dev.reft.ppo;

import dev.reft.math.Calibration;
import dev.reft.objective.PreferenceSums;
import java.util.Map;

/** What is reported of scores, from an objective's sums. */
final class RewardReport {
    private RewardReport() {}

    static void put(Map<String, Double> sums, double predictions, Map<String, Double> metrics) {
        double chosen = sums.getOrDefault(PreferenceSums.CHOSEN, 0.0);
        double rejected = sums.getOrDefault(PreferenceSums.REJECTED, 0.0);
        double chosenSum = sums.getOrDefault(PreferenceSums.CHOSEN_REWARD, 0.0);
        double rejectedSum = sums.getOrDefault(PreferenceSums.REJECTED_REWARD, 0.0);
        double n = chosen + rejected;
        metrics.put("loss", sums.getOrDefault(PreferenceSums.LOSS, 0.0));
        metrics.put("accuracy", sums.getOrDefault(PreferenceSums.RIGHT, 0.0) / predictions);
        if (chosen > 0) {
            metrics.put("rewards/chosen", chosenSum / chosen);
        }
        if (rejected > 0) {
            metrics.put("rewards/rejected", rejectedSum / rejected);
        }
        if (chosen > 0 && rejected > 0) {
            metrics.put("margin", chosenSum / chosen - rejectedSum / rejected);
        }
        double mean = (chosenSum + rejectedSum) / n;
        metrics.put("score/mean", mean);
        metrics.put(
                "score/std",
                Math.sqrt(Math.max(0, sums.getOrDefault(PreferenceSums.SCORE_SQUARED, 0.0) / n - mean * mean)));
        calibration(sums, metrics);
    }

    private static void calibration(Map<String, Double> sums, Map<String, Double> metrics) {
        Calibration.Bin[] bins = new Calibration.Bin[Calibration.BINS];
        for (int b = 0; b < bins.length; b++) {
            bins[b] = new Calibration.Bin(
                    sums.getOrDefault(PreferenceSums.binCount(b), 0.0),
                    sums.getOrDefault(PreferenceSums.binPredicted(b), 0.0),
                    sums.getOrDefault(PreferenceSums.binRight(b), 0.0));
            if (bins[b].count() > 0) {
                String name = "calibration/bin" + b;
                metrics.put(name + "/count", bins[b].count());
                metrics.put(name + "/predicted", bins[b].predicted() / bins[b].count());
                metrics.put(name + "/right", bins[b].right() / bins[b].count());
            }
        }
        metrics.put("calibration/ece", Calibration.expectedError(bins));
    }
}
