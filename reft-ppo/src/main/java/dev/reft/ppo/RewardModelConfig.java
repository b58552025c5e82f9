package dev.reft.ppo;

import java.util.function.UnaryOperator;

/**
 * Hyper-parameters of a reward model that is fitted to pairs.
 *
 * @param marginScale what a pair's margin is multiplied with before it enters the loss, finite and &gt;= 0; 0 leaves margins out
 * @param centring coefficient of the term that keeps scores near 0 (arXiv 2312.09244), finite and &gt;= 0
 * @param headRate base learning rate of the value head, on {@link SftConfig#schedule}, finite and &gt;= 0;
 *     {@link SftConfig#rate} is that of the trunk below it
 * @param base how rows are made and steps are taken
 */
public record RewardModelConfig(double marginScale, double centring, double headRate, SftConfig base) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range, with the value in the message
     */
    public RewardModelConfig {
        check("marginScale", marginScale);
        check("centring", centring);
        check("headRate", headRate);
    }

    /**
     * TRL's numbers: margins as they are, centring 0.01, rate 1e-4 throughout.
     *
     * @return the configuration
     */
    public static RewardModelConfig trl() {
        return of(1, 0.01, 1e-4);
    }

    /**
     * Tulu 3's numbers (arXiv 2411.15124): rate 3e-6, neither margins nor centring. Its batches have 256 pairs, for one epoch.
     *
     * @return the configuration
     */
    public static RewardModelConfig tulu3() {
        return of(0, 0, 3e-6);
    }

    private static RewardModelConfig of(double marginScale, double centring, double rate) {
        return new RewardModelConfig(
                marginScale,
                centring,
                rate,
                SftConfig.reft().toBuilder().rate(rate).maxTokens(0).build());
    }

    /**
     * This configuration with other terms of the loss.
     *
     * @param newMarginScale what margins are multiplied with
     * @param newCentring coefficient of the centring term
     * @return the configuration
     */
    public RewardModelConfig withLoss(double newMarginScale, double newCentring) {
        return new RewardModelConfig(newMarginScale, newCentring, headRate, base);
    }

    /**
     * This configuration with other learning rates.
     *
     * @param trunk of the trunk
     * @param head of the value head
     * @return the configuration
     */
    public RewardModelConfig withRates(double trunk, double head) {
        return new RewardModelConfig(
                marginScale, centring, head, base.toBuilder().rate(trunk).build());
    }

    /**
     * This configuration with rows or steps changed, such as {@code config.with(base -> base.maxTokens(512))}.
     *
     * @param change what to set
     * @return the configuration
     */
    public RewardModelConfig with(UnaryOperator<SftConfigBuilder> change) {
        return new RewardModelConfig(
                marginScale, centring, headRate, change.apply(base.toBuilder()).build());
    }

    static void check(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " " + value + " must be finite and not negative");
        }
    }
}
