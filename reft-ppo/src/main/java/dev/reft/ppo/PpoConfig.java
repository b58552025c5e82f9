package dev.reft.ppo;

import dev.reft.generation.Sampling;
import dev.reft.grading.GradingLimits;
import dev.reft.math.Aggregation;
import dev.reft.math.ClippedSurrogate;
import dev.reft.math.ClippedValue;
import dev.reft.math.KlController;
import dev.reft.math.KlEstimator;
import dev.reft.math.LearningRate;
import dev.reft.math.MissingEnd;
import dev.reft.math.RewardShaping.ScorePlacement;
import dev.reft.math.Whitening;
import dev.reft.model.MemoryLoad;
import java.util.List;
import java.util.Optional;

/**
 * Hyper-parameters of a PPO run. Start from {@link #reft} or {@link #reftPaper} and change what differs:
 *
 * <pre>{@code
 * PpoConfig config = PpoConfig.reft().toBuilder().maxTokens(256).samplesPerPrompt(4).seed(7).build();
 * }</pre>
 *
 * <p>The optimiser, the adapter and how values are made belong to the policy's {@link dev.reft.model.Training}; the scores of
 * wrong and unreadable answers (1, 0.1 and 0 in ReFT) belong to the grader.
 *
 * @param sampling how completions are drawn; ReFT samples at temperature 1 without filters
 * @param maxTokens most tokens of a completion, the ending EOS included, &gt;= 1
 * @param stops texts that end a completion
 * @param samplesPerPrompt completions of each prompt in a step, &gt;= 1
 * @param concurrentSamples most completions generated at a time, &gt;= 1; bounds the cache of keys and values
 * @param grading how graders are run
 * @param missingEnd what becomes of the score of a completion that was cut off by its length
 * @param dropTruncated true leaves completions that were cut off out of the batch, as if their grading had failed
 * @param scoreBound scores are clipped to +- this, &gt; 0; infinity for none
 * @param scorePlacement where the score lands; after the last token only where a completion ended
 * @param kl the penalty on moving away from the reference
 * @param gamma discount of rewards, in [0, 1]
 * @param lambda trace decay of the advantage estimate, in [0, 1]
 * @param truncation the value of the state after a completion that was cut off
 * @param rewardWhitening scaling of token rewards before advantages are computed
 * @param advantageWhitening scaling of advantages
 * @param whiteningScope over which rows whitening takes its moments
 * @param aggregation how the losses of tokens become the loss of the batch
 * @param policyClip the clipped policy loss
 * @param valueClip the clipped value loss
 * @param valueCoefficient of the value loss, &gt;= 0
 * @param entropyCoefficient of the entropy bonus, finite; not 0 costs the entropies
 * @param oldLogProbs where the log-probabilities come from that ratios refer to
 * @param epochs how often an update goes over the batch, &gt;= 1
 * @param miniBatches optimiser steps of an epoch, &gt;= 1
 * @param microBatchTokens most tokens of a pass, prompts included; 0 takes the model's own advice
 * @param policyRate base learning rate of the policy, finite and &gt;= 0
 * @param policySchedule factor on it, a function of the trainer's step
 * @param valueRate base learning rate of the value head or critic, finite and &gt;= 0
 * @param valueSchedule factor on it, a function of the trainer's step
 * @param maxGradientNorm gradients are scaled down to this norm, &gt; 0; infinity for none
 * @param criticWarmup steps at the start that train the values only
 * @param stopKl an update ends before the optimiser step whose mean KL (K3) from the old policy exceeds this, &gt; 0; infinity for never
 * @param maxSkippedSteps so many optimiser steps in a row whose loss or gradient is not finite end the run, &gt;= 1
 * @param seed of the run: sampling and shuffling follow from it
 */
public record PpoConfig(
        Sampling sampling,
        int maxTokens,
        List<String> stops,
        int samplesPerPrompt,
        int concurrentSamples,
        GradingLimits grading,
        MissingEnd missingEnd,
        boolean dropTruncated,
        double scoreBound,
        ScorePlacement scorePlacement,
        KlPenalty kl,
        double gamma,
        double lambda,
        Truncation truncation,
        Optional<Whitening> rewardWhitening,
        Optional<Whitening> advantageWhitening,
        WhiteningScope whiteningScope,
        Aggregation aggregation,
        ClippedSurrogate policyClip,
        ClippedValue valueClip,
        double valueCoefficient,
        double entropyCoefficient,
        OldLogProbs oldLogProbs,
        int epochs,
        int miniBatches,
        int microBatchTokens,
        double policyRate,
        LearningRate policySchedule,
        double valueRate,
        LearningRate valueSchedule,
        double maxGradientNorm,
        CriticWarmup criticWarmup,
        double stopKl,
        int maxSkippedSteps,
        long seed) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range, with the value in the message
     */
    public PpoConfig {
        stops = List.copyOf(stops);
        check(maxTokens >= 1, "maxTokens", maxTokens, "must be positive");
        check(samplesPerPrompt >= 1, "samplesPerPrompt", samplesPerPrompt, "must be positive");
        check(concurrentSamples >= 1, "concurrentSamples", concurrentSamples, "must be positive");
        check(scoreBound > 0, "scoreBound", scoreBound, "must be positive");
        check(gamma >= 0 && gamma <= 1, "gamma", gamma, "must be in [0, 1]");
        check(lambda >= 0 && lambda <= 1, "lambda", lambda, "must be in [0, 1]");
        check(
                valueCoefficient >= 0 && Double.isFinite(valueCoefficient),
                "valueCoefficient",
                valueCoefficient,
                "must be finite and >= 0");
        check(Double.isFinite(entropyCoefficient), "entropyCoefficient", entropyCoefficient, "must be finite");
        check(policyRate >= 0 && Double.isFinite(policyRate), "policyRate", policyRate, "must be finite and >= 0");
        check(valueRate >= 0 && Double.isFinite(valueRate), "valueRate", valueRate, "must be finite and >= 0");
        check(epochs >= 1, "epochs", epochs, "must be positive");
        check(miniBatches >= 1, "miniBatches", miniBatches, "must be positive");
        check(microBatchTokens >= 0, "microBatchTokens", microBatchTokens, "must not be negative");
        check(maxGradientNorm > 0, "maxGradientNorm", maxGradientNorm, "must be positive");
        check(stopKl > 0, "stopKl", stopKl, "must be positive");
        check(maxSkippedSteps >= 1, "maxSkippedSteps", maxSkippedSteps, "must be positive");
        if (oldLogProbs instanceof OldLogProbs.Own && (epochs != 1 || miniBatches != 1)) {
            throw new IllegalArgumentException(
                    "oldLogProbs Own is exact for one optimiser step a batch only; epochs is " + epochs
                            + " and miniBatches " + miniBatches);
        }
    }

    /**
     * What a run of this configuration asks of a model's memory, for {@link dev.reft.model.Models#estimate}.
     *
     * @param promptTokens tokens of the longest prompt, &gt;= 1
     * @return the load
     */
    public MemoryLoad memoryLoad(int promptTokens) {
        return new MemoryLoad(
                Math.addExact(promptTokens, maxTokens),
                microBatchTokens,
                Math.max(concurrentSamples, samplesPerPrompt),
                !(kl instanceof KlPenalty.None));
    }

    /**
     * ReFT as its published code runs it on models of 6.7 and 7 billion parameters with chains of thought in words (arXiv
     * 2401.08967): two epochs over a batch, rate 3e-7, clip 0.2, value coefficient 5, KL coefficient 0.05, gamma 1, lambda 0.95.
     *
     * <p>Where that code and the paper differ, this is the code: advantages are whitened over all replicas; the score rewards
     * the action that emits EOS, or the last token of a completion that was cut off, which is scored all the same; losses
     * are averaged over the tokens of a completion, then over completions; the value clip is around the old value; gamma is
     * 1 and lambda 0.95 (the paper has the two names the other way round). For programs as answers the coefficient was
     * 0.01; small models took a rate of 3e-6.
     *
     * @return the configuration
     */
    public static PpoConfig reft() {
        return new PpoConfig(
                Sampling.at(1f),
                700,
                List.of(),
                1,
                64,
                GradingLimits.DEFAULT,
                new MissingEnd.Keep(),
                false,
                Double.POSITIVE_INFINITY,
                ScorePlacement.LAST_TOKEN,
                new KlPenalty.InReward(KlEstimator.K1, new KlController.Fixed(0.05)),
                1,
                0.95,
                Truncation.ZERO,
                Optional.empty(),
                Optional.of(Whitening.ADVANTAGES),
                WhiteningScope.ALL_REPLICAS,
                new Aggregation.SequenceMean(),
                ClippedSurrogate.symmetric(0.2),
                new ClippedValue(0.2),
                5,
                0,
                new OldLogProbs.Rescored(),
                2,
                1,
                0,
                3e-7,
                new LearningRate.Constant(0),
                3e-7,
                new LearningRate.Constant(0),
                1,
                CriticWarmup.NONE,
                Double.POSITIVE_INFINITY,
                3,
                0);
    }

    /**
     * ReFT as its paper has it, where that differs from the published code: advantages are not whitened, and the losses are
     * means over all tokens of the batch.
     *
     * @return the configuration
     */
    public static PpoConfig reftPaper() {
        return reft().toBuilder()
                .advantageWhitening(Optional.empty())
                .aggregation(new Aggregation.TokenMean())
                .build();
    }

    /**
     * A builder that starts from these numbers.
     *
     * @return a new builder
     */
    public PpoConfigBuilder toBuilder() {
        return new PpoConfigBuilder(this);
    }

    private static void check(boolean fine, String name, Number value, String rule) {
        if (!fine) {
            throw new IllegalArgumentException(name + " " + value + " " + rule);
        }
    }
}
