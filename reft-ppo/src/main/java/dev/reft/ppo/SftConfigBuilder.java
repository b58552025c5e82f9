package dev.reft.ppo;

import dev.reft.math.Aggregation;
import dev.reft.math.LearningRate;
import java.util.OptionalInt;

/**
 * Changes some numbers of a {@link SftConfig}; each method is named after the component that it sets, and returns the
 * builder.
 */
public final class SftConfigBuilder {
    private double rate;
    private LearningRate schedule;
    private Aggregation aggregation;
    private double maxGradientNorm;
    private int maxTokens;
    private SftConfig.Unusable unusable;
    private boolean appendEnd;
    private OptionalInt endToken;
    private int microBatchTokens;
    private int maxSkippedSteps;

    SftConfigBuilder(SftConfig start) {
        rate = start.rate();
        schedule = start.schedule();
        aggregation = start.aggregation();
        maxGradientNorm = start.maxGradientNorm();
        maxTokens = start.maxTokens();
        unusable = start.unusable();
        appendEnd = start.appendEnd();
        endToken = start.endToken();
        microBatchTokens = start.microBatchTokens();
        maxSkippedSteps = start.maxSkippedSteps();
    }

    /** Sets {@link SftConfig#rate}: base learning rate, finite and &gt;= 0. */
    public SftConfigBuilder rate(double value) {
        rate = value;
        return this;
    }

    /** Sets {@link SftConfig#schedule}: factor on it, a function of the trainer's step. */
    public SftConfigBuilder schedule(LearningRate value) {
        schedule = value;
        return this;
    }

    /** Sets {@link SftConfig#aggregation}: how the losses of tokens become the loss of a batch. */
    public SftConfigBuilder aggregation(Aggregation value) {
        aggregation = value;
        return this;
    }

    /** Sets {@link SftConfig#maxGradientNorm}: gradients are scaled down to this norm, &gt; 0; infinity for none. */
    public SftConfigBuilder maxGradientNorm(double value) {
        maxGradientNorm = value;
        return this;
    }

    /**
     * Sets {@link SftConfig#maxTokens}: longest example in tokens, prompt and end token included; 0 for the model's
     * context.
     */
    public SftConfigBuilder maxTokens(int value) {
        maxTokens = value;
        return this;
    }

    /** Sets {@link SftConfig#unusable}: what becomes of examples that are too long or have nothing to train. */
    public SftConfigBuilder unusable(SftConfig.Unusable value) {
        unusable = value;
        return this;
    }

    /** Sets {@link SftConfig#appendEnd}: whether an end token is added to each completion, as a trained token. */
    public SftConfigBuilder appendEnd(boolean value) {
        appendEnd = value;
        return this;
    }

    /**
     * Sets {@link SftConfig#endToken}: the end token; empty takes the tokenizer's only one, or the one that the chat
     * template ends a turn with.
     */
    public SftConfigBuilder endToken(OptionalInt value) {
        endToken = value;
        return this;
    }

    /**
     * Sets {@link SftConfig#microBatchTokens}: most tokens of a pass, prompts included; 0 takes the model's own
     * advice.
     */
    public SftConfigBuilder microBatchTokens(int value) {
        microBatchTokens = value;
        return this;
    }

    /**
     * Sets {@link SftConfig#maxSkippedSteps}: so many steps in a row whose loss or gradient is not finite end the
     * run, &gt;= 1.
     */
    public SftConfigBuilder maxSkippedSteps(int value) {
        maxSkippedSteps = value;
        return this;
    }

    /**
     * The configuration.
     *
     * @return it, checked
     * @throws IllegalArgumentException naming the component that is out of range
     */
    public SftConfig build() {
        return new SftConfig(
                rate,
                schedule,
                aggregation,
                maxGradientNorm,
                maxTokens,
                unusable,
                appendEnd,
                endToken,
                microBatchTokens,
                maxSkippedSteps);
    }
}
