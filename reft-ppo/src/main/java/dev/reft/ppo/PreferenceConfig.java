package dev.reft.ppo;

import dev.reft.math.Aggregation;
import dev.reft.math.LearningRate;
import dev.reft.math.PreferenceLoss;
import java.util.function.UnaryOperator;

/**
 * Hyper-parameters of training on pairs.
 *
 * @param loss the loss of a pair. A {@link dev.reft.math.AnchoredPreference.BcoPair}'s delta is where the running mean of rewards
 *     begins
 * @param desensitising what tokens past the pair's shorter length count in sums of log-probabilities, in [0, 1]: LD-DPO's alpha (arXiv
 *     2409.06411); 1 is the plain sum
 * @param likelihood coefficient of the chosen answers' negative log-probability, finite and &gt;= 0; {@link SftConfig#aggregation}
 *     says how it is averaged
 * @param base how rows are made and steps are taken
 */
public record PreferenceConfig(PreferenceLoss loss, double desensitising, double likelihood, SftConfig base) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range, with the value in the message
     */
    public PreferenceConfig {
        if (!(desensitising >= 0 && desensitising <= 1)) {
            throw new IllegalArgumentException("desensitising " + desensitising + " must be in [0, 1]");
        }
        if (!(likelihood >= 0) || Double.isInfinite(likelihood)) {
            throw new IllegalArgumentException("likelihood " + likelihood + " must be finite and not negative");
        }
    }

    /**
     * DPO (arXiv 2305.18290) with TRL's numbers: beta 0.1, rate 1e-6.
     *
     * @return the configuration
     */
    public static PreferenceConfig dpo() {
        return of(new PreferenceLoss.Logistic(0.1, 0, false), 1e-6);
    }

    /**
     * Length-normalised DPO as Tulu 3 has it (arXiv 2411.15124): beta 5, rate 5e-7, answers to 2048 tokens. Its rate warms up over a
     * tenth of the steps and falls to 0 linearly; its batches have 128 pairs, for one epoch.
     *
     * @param steps of the whole run, for the schedule
     * @return the configuration
     */
    public static PreferenceConfig dpoNorm(long steps) {
        return of(new PreferenceLoss.Logistic(5, 0, true), 5e-7)
                .with(base -> base.schedule(new LearningRate.Linear(Math.round(0.1 * steps), steps))
                        .maxTokens(2048));
    }

    /**
     * SimPO (arXiv 2405.14734): beta 2, margin 1, rate 1e-6, no reference.
     *
     * @return the configuration
     */
    public static PreferenceConfig simpo() {
        return of(new PreferenceLoss.SimPo(2, 1), 1e-6);
    }

    /**
     * ORPO (arXiv 2403.07691) with TRL's numbers: beta 0.1, rate 1e-6, no reference. The likelihood is part of the loss.
     *
     * @return the configuration
     */
    public static PreferenceConfig orpo() {
        return of(new PreferenceLoss.Orpo(0.1), 1e-6);
    }

    /**
     * CPO (arXiv 2401.08417) with TRL's numbers: beta 0.1, likelihood 1, rate 1e-6, no reference.
     *
     * @return the configuration
     */
    public static PreferenceConfig cpo() {
        return of(new PreferenceLoss.Cpo(0.1, 0), 1e-6).withLikelihood(1);
    }

    /**
     * IPO (arXiv 2310.12036) in TRL's length-normalised form: beta 0.1, rate 1e-6.
     *
     * @return the configuration
     */
    public static PreferenceConfig ipo() {
        return of(new PreferenceLoss.Ipo(0.1, true), 1e-6);
    }

    /**
     * Any loss, with what the named configurations have in common: gradients clipped at 1, pairs that do not fit skipped, a constant
     * rate.
     *
     * @param loss of a pair
     * @param rate of learning
     * @return the configuration
     */
    public static PreferenceConfig of(PreferenceLoss loss, double rate) {
        SftConfig base = SftConfig.reft().toBuilder()
                .rate(rate)
                .aggregation(new Aggregation.TokenMean())
                .maxTokens(0)
                .build();
        return new PreferenceConfig(loss, 1, 0, base);
    }

    /**
     * This configuration with another loss.
     *
     * @param other the loss of a pair
     * @return the configuration
     */
    public PreferenceConfig withLoss(PreferenceLoss other) {
        return new PreferenceConfig(other, desensitising, likelihood, base);
    }

    /**
     * This configuration with LD-DPO's weight of the longer answer's surplus tokens.
     *
     * @param alpha in [0, 1]
     * @return the configuration
     */
    public PreferenceConfig withDesensitising(double alpha) {
        return new PreferenceConfig(loss, alpha, likelihood, base);
    }

    /**
     * This configuration with another coefficient of the chosen answers' likelihood.
     *
     * @param coefficient &gt;= 0
     * @return the configuration
     */
    public PreferenceConfig withLikelihood(double coefficient) {
        return new PreferenceConfig(loss, desensitising, coefficient, base);
    }

    /**
     * This configuration with rows or steps changed, such as {@code config.with(base -> base.rate(1e-6))}.
     *
     * @param change what to set
     * @return the configuration
     */
    public PreferenceConfig with(UnaryOperator<SftConfigBuilder> change) {
        return new PreferenceConfig(
                loss, desensitising, likelihood, change.apply(base.toBuilder()).build());
    }
}
