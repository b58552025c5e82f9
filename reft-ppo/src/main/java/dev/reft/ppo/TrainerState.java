package dev.reft.ppo;

import java.util.LinkedHashMap;
import java.util.Map;
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

    /** Mean score of the steps since the last save, NaN if there were none. */
    private double quality() {
        return scoreCount == 0 ? Double.NaN : scoreSum / scoreCount;
    }

    Map<String, Object> fields(String newHostState) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("format", 1);
        fields.put("step", steps);
        fields.put("episodes", episodes);
        fields.put("klCoefficient", CheckpointFields.bits(klCoefficient));
        fields.put("skippedInARow", skippedInARow);
        if (!Double.isNaN(quality())) {
            fields.put("quality", quality());
        }
        fields.put("hostState", newHostState);
        return fields;
    }

    void saved(String newHostState) {
        hostState = newHostState;
        scoreSum = 0;
        scoreCount = 0;
    }

    void restore(CheckpointFields fields) {
        steps = fields.whole("step");
        episodes = fields.whole("episodes");
        klCoefficient = fields.real("klCoefficient");
        skippedInARow = (int) fields.whole("skippedInARow");
        hostState = fields.text("hostState");
    }
}
