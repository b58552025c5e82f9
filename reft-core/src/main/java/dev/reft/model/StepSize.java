package dev.reft.model;

/**
 * How far an optimiser step goes.
 *
 * @param policyRate learning rate of the policy's own parameters, &gt;= 0
 * @param valueRate learning rate of the value head or critic, &gt;= 0
 * @param maxGradientNorm gradients are scaled down to this global L2 norm, &gt; 0; infinity switches clipping off
 */
public record StepSize(double policyRate, double valueRate, double maxGradientNorm) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if a rate is negative or not finite, or the norm is not positive
     */
    public StepSize {
        if (!(policyRate >= 0) || !(valueRate >= 0) || Double.isInfinite(policyRate) || Double.isInfinite(valueRate)) {
            throw new IllegalArgumentException(
                    "rates must be finite and >= 0: policyRate " + policyRate + ", valueRate " + valueRate);
        }
        if (!(maxGradientNorm > 0)) {
            throw new IllegalArgumentException("maxGradientNorm " + maxGradientNorm + " must be positive");
        }
    }
}
