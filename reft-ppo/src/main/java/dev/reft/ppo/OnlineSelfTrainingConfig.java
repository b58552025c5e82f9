package dev.reft.ppo;

import java.util.function.UnaryOperator;

/**
 * Hyper-parameters of online self-training.
 *
 * @param answers how answers are drawn and judged: those whose score is at least {@link EvaluationConfig#rightFrom} are learned
 * @param gold whether the worked solutions are learned beside them
 * @param epochs how often an update goes over the batch, &gt;= 1
 * @param miniBatches optimiser steps of an epoch, &gt;= 1; fewer where there are fewer rows
 * @param base how rows are made and steps are taken
 */
public record OnlineSelfTrainingConfig(
        EvaluationConfig answers, boolean gold, int epochs, int miniBatches, SftConfig base) {
    /**
     * Checks the counts.
     *
     * @throws IllegalArgumentException if one is not positive, with the value in the message
     */
    public OnlineSelfTrainingConfig {
        if (epochs < 1 || miniBatches < 1) {
            throw new IllegalArgumentException(
                    "epochs " + epochs + " and miniBatches " + miniBatches + " must be positive");
        }
    }

    /**
     * Online self-training of the ReFT paper (arXiv 2401.08967): one sample a question at temperature 1, solutions learned too, rate 3e-7,
     * gradients clipped at 1. Its batches have 32 questions, each gone over twice, as {@link PpoConfig#reft} goes over its own.
     *
     * @param maxTokens most tokens of a sample
     * @param seed of the draws
     * @return the configuration
     */
    public static OnlineSelfTrainingConfig reft(int maxTokens, long seed) {
        return new OnlineSelfTrainingConfig(
                EvaluationConfig.voting(1, 1, maxTokens, seed),
                true,
                2,
                1,
                SftConfig.reft().toBuilder().rate(3e-7).maxTokens(0).build());
    }

    /**
     * This configuration with other draws.
     *
     * @param other how answers are drawn and judged
     * @return the configuration
     */
    public OnlineSelfTrainingConfig withAnswers(EvaluationConfig other) {
        return new OnlineSelfTrainingConfig(other, gold, epochs, miniBatches, base);
    }

    /**
     * This configuration with or without the worked solutions.
     *
     * @param learned whether they are learned
     * @return the configuration
     */
    public OnlineSelfTrainingConfig withGold(boolean learned) {
        return new OnlineSelfTrainingConfig(answers, learned, epochs, miniBatches, base);
    }

    /**
     * This configuration with other optimiser steps a batch, such as those of the PPO that it is compared with.
     *
     * @param timesOver how often an update goes over the batch, &gt;= 1
     * @param parts optimiser steps of an epoch, &gt;= 1
     * @return the configuration
     */
    public OnlineSelfTrainingConfig withUpdates(int timesOver, int parts) {
        return new OnlineSelfTrainingConfig(answers, gold, timesOver, parts, base);
    }

    /**
     * This configuration with rows or steps changed, such as {@code config.with(base -> base.rate(1e-6))}.
     *
     * @param change what to set
     * @return the configuration
     */
    public OnlineSelfTrainingConfig with(UnaryOperator<SftConfigBuilder> change) {
        return new OnlineSelfTrainingConfig(
                answers,
                gold,
                epochs,
                miniBatches,
                change.apply(base.toBuilder()).build());
    }
}
