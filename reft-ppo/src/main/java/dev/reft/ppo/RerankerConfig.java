package dev.reft.ppo;

import java.util.function.UnaryOperator;

/**
 * Hyper-parameters of a reward model that tells right answers from wrong ones.
 *
 * @param headRate base learning rate of the value head, on {@link SftConfig#schedule}, finite and &gt;= 0;
 *     {@link SftConfig#rate} is that of the trunk below it
 * @param base how rows are made and steps are taken
 */
public record RerankerConfig(double headRate, SftConfig base) {
    /**
     * Checks the rate.
     *
     * @throws IllegalArgumentException if it is out of its range, with the value in the message
     */
    public RerankerConfig {
        RewardModelConfig.check("headRate", headRate);
    }

    /**
     * The reranker of ReFT (arXiv 2401.08967): rate 1e-6, at most 700 tokens. It is trained for 3 epochs in batches of 48, on up to 100
     * different sampled answers a question.
     *
     * @return the configuration
     */
    public static RerankerConfig reft() {
        return new RerankerConfig(
                1e-6, SftConfig.reft().toBuilder().rate(1e-6).maxTokens(700).build());
    }

    /**
     * This configuration with other learning rates.
     *
     * @param trunk of the trunk
     * @param head of the value head
     * @return the configuration
     */
    public RerankerConfig withRates(double trunk, double head) {
        return new RerankerConfig(head, base.toBuilder().rate(trunk).build());
    }

    /**
     * This configuration with rows or steps changed, such as {@code config.with(base -> base.maxTokens(512))}.
     *
     * @param change what to set
     * @return the configuration
     */
    public RerankerConfig with(UnaryOperator<SftConfigBuilder> change) {
        return new RerankerConfig(headRate, change.apply(base.toBuilder()).build());
    }
}
