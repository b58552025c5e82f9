package dev.reft.ppo;

import dev.reft.math.Aggregation;
import dev.reft.math.LearningRate;
import java.util.OptionalInt;

/**
 * Hyper-parameters of supervised training.
 *
 * @param rate base learning rate, finite and &gt;= 0
 * @param schedule factor on it, a function of the trainer's step
 * @param aggregation how the losses of tokens become the loss of a batch
 * @param maxGradientNorm gradients are scaled down to this norm, &gt; 0; infinity for none
 * @param maxTokens longest example in tokens, prompt and end token included; 0 for the model's context
 * @param unusable what becomes of examples that are too long or have nothing to train
 * @param appendEnd whether an end token is added to each completion, as a trained token
 * @param endToken the end token; empty takes the tokenizer's only one, or the one that the chat template ends a turn with
 * @param microBatchTokens most tokens of a pass, prompts included; 0 takes the model's own advice
 * @param maxSkippedSteps so many steps in a row whose loss or gradient is not finite end the run, &gt;= 1
 */
public record SftConfig(
        double rate,
        LearningRate schedule,
        Aggregation aggregation,
        double maxGradientNorm,
        int maxTokens,
        Unusable unusable,
        boolean appendEnd,
        OptionalInt endToken,
        int microBatchTokens,
        int maxSkippedSteps) {
    /** What becomes of an example that cannot be trained. The enum grows. */
    public enum Unusable {
        /** It is left out, and counted in the report. */
        SKIP,
        /** The step is refused, naming the example. */
        REFUSE
    }

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range, with the value in the message
     */
    public SftConfig {
        check(rate >= 0 && Double.isFinite(rate), "rate", rate, "must be finite and >= 0");
        check(maxGradientNorm > 0, "maxGradientNorm", maxGradientNorm, "must be positive");
        check(maxTokens >= 0, "maxTokens", maxTokens, "must not be negative");
        check(microBatchTokens >= 0, "microBatchTokens", microBatchTokens, "must not be negative");
        check(maxSkippedSteps >= 1, "maxSkippedSteps", maxSkippedSteps, "must be positive");
    }

    /**
     * The warm-up of ReFT (arXiv 2401.08967): rate 1e-5, mean over the batch's tokens, gradients clipped at 1, at most 1024
     * tokens. The paper's batches have 48 examples, and the first tenth of its steps warms the rate up: give
     * {@link LearningRate} the number of steps for that.
     *
     * @return the configuration
     */
    public static SftConfig reft() {
        return new SftConfig(
                1e-5,
                new LearningRate.Constant(0),
                new Aggregation.TokenMean(),
                1,
                1024,
                Unusable.SKIP,
                true,
                OptionalInt.empty(),
                0,
                3);
    }

    /**
     * A builder that starts from this configuration.
     *
     * @return the builder
     */
    public SftConfigBuilder toBuilder() {
        return new SftConfigBuilder(this);
    }

    private static void check(boolean fine, String name, Number value, String rule) {
        if (!fine) {
            throw new IllegalArgumentException(name + " " + value + " " + rule);
        }
    }
}
