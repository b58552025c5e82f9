package dev.reft.objective;

import dev.reft.math.ClippedSurrogate;
import dev.reft.math.ClippedValue;
import dev.reft.math.KlEstimator;
import dev.reft.math.Surrogate;
import dev.reft.model.Output;
import java.util.EnumSet;
import java.util.Set;

/**
 * The terms of PPO's loss: policy + valueCoefficient * value - entropyCoefficient * entropy + klCoefficient * KL.
 *
 * @param policy the policy loss: PPO's clip, or the ratio of the completion (GSPO, RLOO), or CISPO's
 * @param value the clipped value loss
 * @param valueCoefficient of the value loss, &gt;= 0; 0 trains no values
 * @param entropyCoefficient of the entropy bonus, any sign; 0 for none
 * @param klCoefficient of a KL penalty in the loss (besides one in the rewards), &gt;= 0; 0 for none
 * @param klEstimator its estimator; as a loss, K2 and K3_PLUS have the reverse KL's gradient on-policy and K1 has none
 */
public record PpoLoss(
        Surrogate policy,
        ClippedValue value,
        double valueCoefficient,
        double entropyCoefficient,
        double klCoefficient,
        KlEstimator klEstimator) {
    /** The ReFT code's: both clips 0.2, value coefficient 5, no entropy bonus, no KL in the loss. */
    public static final PpoLoss REFT =
            new PpoLoss(ClippedSurrogate.symmetric(0.2), new ClippedValue(0.2), 5, 0, 0, KlEstimator.K2);

    /**
     * Checks the coefficients.
     *
     * @throws IllegalArgumentException if one is not finite, or is negative where it must not be
     */
    public PpoLoss {
        if (!(valueCoefficient >= 0) || Double.isInfinite(valueCoefficient)) {
            throw new IllegalArgumentException("valueCoefficient " + valueCoefficient + " must be finite and >= 0");
        }
        if (!Double.isFinite(entropyCoefficient)) {
            throw new IllegalArgumentException("entropyCoefficient " + entropyCoefficient + " must be finite");
        }
        if (!(klCoefficient >= 0) || Double.isInfinite(klCoefficient)) {
            throw new IllegalArgumentException("klCoefficient " + klCoefficient + " must be finite and >= 0");
        }
    }

    /**
     * The outputs that this loss needs of a pass.
     *
     * @return LOG_PROB, and VALUE and ENTROPY where their coefficient is not 0
     */
    public Set<Output> outputs() {
        EnumSet<Output> needed = EnumSet.of(Output.LOG_PROB);
        if (valueCoefficient != 0) {
            needed.add(Output.VALUE);
        }
        if (entropyCoefficient != 0) {
            needed.add(Output.ENTROPY);
        }
        return Set.copyOf(needed);
    }
}
