package dev.reft.ppo;

import org.jspecify.annotations.Nullable;

/** What lives from step to step besides the policy. */
final class TrainerState {
    long steps;
    long episodes;
    double klCoefficient;
    int skippedInARow;
    volatile String hostState = "";
    private double scoreSum;
    private long scoreCount;

    TrainerState(double klCoefficient) {
        this.klCoefficient = klCoefficient;
    }

    void score(@Nullable Double mean) {
        if (mean != null) {
            scoreSum += mean;
            scoreCount++;
        }
    }

    /** Mean score of the steps since the last call, NaN if there were none; starts afresh. */
    double takeQuality() {
        double quality = scoreCount == 0 ? Double.NaN : scoreSum / scoreCount;
        scoreSum = 0;
        scoreCount = 0;
        return quality;
    }
}
