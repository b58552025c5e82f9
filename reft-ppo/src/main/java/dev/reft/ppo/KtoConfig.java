package dev.reft.ppo;

import dev.reft.math.KtoLoss;
import java.util.function.UnaryOperator;

/**
 * Hyper-parameters of KTO.
 *
 * @param loss beta and the weights of desirable and undesirable answers. The paper advises weights that make (desirable weight *
 *     desirable answers) / (undesirable weight * undesirable answers) 1 to 4/3
 * @param base how rows are made and steps are taken
 */
public record KtoConfig(KtoLoss loss, SftConfig base) {
    /**
     * KTO (arXiv 2402.01306) with TRL's numbers: beta 0.1, weights 1, rate 1e-6.
     *
     * @return the configuration
     */
    public static KtoConfig kto() {
        return new KtoConfig(
                new KtoLoss(0.1, 1, 1),
                SftConfig.reft().toBuilder().rate(1e-6).maxTokens(0).build());
    }

    /**
     * This configuration with another loss.
     *
     * @param other beta and weights
     * @return the configuration
     */
    public KtoConfig withLoss(KtoLoss other) {
        return new KtoConfig(other, base);
    }

    /**
     * This configuration with rows or steps changed, such as {@code config.with(base -> base.rate(1e-6))}.
     *
     * @param change what to set
     * @return the configuration
     */
    public KtoConfig with(UnaryOperator<SftConfigBuilder> change) {
        return new KtoConfig(loss, change.apply(base.toBuilder()).build());
    }
}
