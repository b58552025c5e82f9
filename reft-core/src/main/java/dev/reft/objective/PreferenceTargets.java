package dev.reft.objective;

import org.jspecify.annotations.Nullable;

/**
 * A step's numbers that a preference objective refers to. Pair k is the rows 2k (chosen) and 2k + 1 (rejected) of the uncut
 * batch. The arrays change owner: they are neither copied nor written again.
 *
 * @param references log-probability of each row under the reference, summed as the policy's are, [row]; null for a loss that
 *     has no reference
 * @param weights weight of each pair, [pair]; 1 / pairs makes the mean
 * @param desensitising LD-DPO's alpha (arXiv 2409.06411), in [0, 1]: what tokens past the pair's shorter length count; 1 is
 *     the plain sum
 * @param likelihood weight of each chosen token's negative log-probability, [row][n], its coefficient included; rows of rejected
 *     completions are not read. Null adds no such term
 */
public record PreferenceTargets(
        double @Nullable [] references, double[] weights, double desensitising, float @Nullable [][] likelihood) {
    /**
     * Checks shapes and numbers.
     *
     * @param references log-probability of each row under the reference, or null
     * @param weights weight of each pair
     * @param desensitising LD-DPO's alpha
     * @param likelihood weight of each chosen token, or null
     * @throws IllegalArgumentException if an array has another length, or a number is NaN, infinite or out of its range
     */
    // Written out: a compact constructor's parameters lose their annotations in class files.
    public PreferenceTargets(
            double @Nullable [] references, double[] weights, double desensitising, float @Nullable [][] likelihood) {
        if (references != null) {
            Shapes.rows("references", references, 2 * weights.length);
        }
        Shapes.rows("weights", weights, weights.length);
        if (!(desensitising >= 0 && desensitising <= 1)) {
            throw new IllegalArgumentException("desensitising " + desensitising + " must be in [0, 1]");
        }
        if (likelihood != null) {
            Shapes.finite("likelihood", likelihood);
        }
        this.references = references;
        this.weights = weights;
        this.desensitising = desensitising;
        this.likelihood = likelihood;
    }
}
