package dev.reft.model;

import java.util.Map;

/**
 * What an objective says of a pass's scores. Loss and sums add up over cuts of a batch.
 *
 * @param loss the loss of these rows; the loss of a batch is the sum over its cuts
 * @param slopes d loss / d output
 * @param sums named quantities for reports that add up over cuts (sums, never means)
 */
public record Evaluation(double loss, Slopes slopes, Map<String, Double> sums) {
    /** Copies the map of sums. */
    public Evaluation {
        sums = Map.copyOf(sums);
    }
}
