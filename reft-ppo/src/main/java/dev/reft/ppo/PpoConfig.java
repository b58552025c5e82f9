package dev.reft.ppo;

import dev.reft.generation.Sampling;
import dev.reft.grading.GradingLimits;
import dev.reft.math.Aggregation;
import dev.reft.math.ClippedValue;
import dev.reft.math.ImportanceCorrection;
import dev.reft.math.LearningRate;
import dev.reft.math.MissingEnd;
import dev.reft.math.RewardShaping.ScorePlacement;
import dev.reft.math.Surrogate;
import dev.reft.math.Whitening;
import dev.reft.model.MemoryLoad;
import java.util.List;
import java.util.Optional;

/**
 * Hyper-parameters of a run of PPO or of one of its relatives, which differ in a few choices: {@link #advantages}, {@link
 * #surrogate}, {@link #aggregation} and {@link #kl}. Start from a named configuration and change what differs:
 *
 * <pre>{@code
 * PpoConfig config = PpoConfig.reft().toBuilder().maxTokens(256).samplesPerPrompt(4).seed(7).build();
 * }</pre>
 *
 * <p>Methods without values ({@link Advantages#valued}) need no value head, and their value coefficient is 0.
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
 * @param overlong what is taken off the score of a completion that comes near {@code maxTokens}, after {@code missingEnd} and
 *     before the bound
 * @param dropTruncated true leaves completions that were cut off out of the batch, as if their grading had failed
 * @param scoreBound scores are clipped to +- this, &gt; 0; infinity for none
 * @param scorePlacement where the score lands; after the last token only where a completion ended
 * @param kl the penalty on moving away from the reference
 * @param advantages how rewards become advantages, and whether there are values
 * @param rewardWhitening scaling of token rewards before advantages are computed
 * @param advantageWhitening scaling of advantages
 * @param whiteningScope over which rows whitening takes its moments
 * @param aggregation how the losses of tokens become the loss of the batch
 * @param surrogate the policy loss of a token
 * @param valueClip the clipped value loss
 * @param valueCoefficient of the value loss, &gt;= 0
 * @param entropyCoefficient of the entropy bonus, finite; not 0 costs the entropies
 * @param oldLogProbs where the log-probabilities come from that ratios refer to
 * @param correction weights for what the sampler's log-probabilities differ from the old ones, multiplied into the
 *     advantages; wanted where a sampler lags behind or computes otherwise; needs {@code oldLogProbs} Rescored
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
        Overlong overlong,
        boolean dropTruncated,
        double scoreBound,
        ScorePlacement scorePlacement,
        KlPenalty kl,
        Advantages advantages,
        Optional<Whitening> rewardWhitening,
        Optional<Whitening> advantageWhitening,
        WhiteningScope whiteningScope,
        Aggregation aggregation,
        Surrogate surrogate,
        ClippedValue valueClip,
        double valueCoefficient,
        double entropyCoefficient,
        OldLogProbs oldLogProbs,
        Optional<ImportanceCorrection> correction,
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
        checkMethod(samplesPerPrompt, advantages, valueCoefficient, criticWarmup);
        if (overlong instanceof Overlong.Soft soft && soft.buffer() > maxTokens) {
            throw new IllegalArgumentException(
                    "overlong buffer " + soft.buffer() + " is more than maxTokens " + maxTokens);
        }
        if (correction.isPresent() && !(oldLogProbs instanceof OldLogProbs.Rescored)) {
            throw new IllegalArgumentException("correction " + correction.get() + " compares the sampler with rescored"
                    + " log-probabilities; oldLogProbs is " + oldLogProbs);
        }
    }

    private static void checkMethod(
            int samplesPerPrompt, Advantages advantages, double valueCoefficient, CriticWarmup criticWarmup) {
        if (advantages.needsGroups() && samplesPerPrompt < 2) {
            throw new IllegalArgumentException("samplesPerPrompt " + samplesPerPrompt + ": " + advantages
                    + " compares the samples of a prompt and needs at least 2");
        }
        if (!advantages.valued() && valueCoefficient != 0) {
            throw new IllegalArgumentException(
                    "valueCoefficient " + valueCoefficient + ": " + advantages + " uses no values; set it to 0");
        }
        if (!advantages.valued() && criticWarmup.steps() != 0) {
            throw new IllegalArgumentException(
                    "criticWarmup of " + criticWarmup.steps() + " steps: " + advantages + " uses no values");
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
        return NamedConfigs.reft();
    }

    /**
     * ReFT as its paper has it, where that differs from the published code: advantages are not whitened, and the losses are
     * means over all tokens of the batch.
     *
     * @return the configuration
     */
    public static PpoConfig reftPaper() {
        return NamedConfigs.reftPaper();
    }

    /**
     * The PPO of Tulu 3's reinforcement from verifiable rewards for 8 billion parameters (arXiv 2411.15124): four epochs over a
     * batch, rate 3e-7 falling linearly to 0 over 446 steps (100,000 episodes of 224), clip 0.2, value coefficient 0.1,
     * KL coefficient 0.05, gamma 1, lambda 0.95, a completion without EOS scores -10.
     *
     * <p>The score of a right answer, 10, is the grader's. The value model began as the 8B reward model: a {@link
     * dev.reft.model.ValueHead.Separate}. A step has 224 prompts. The 70B run took a rate of 1e-7, KL coefficient 0.07.
     *
     * @return the configuration
     */
    public static PpoConfig tulu3() {
        return NamedConfigs.tulu3();
    }

    /**
     * The GRPO of Tulu 3.1 8B: 16 samples of a prompt, rate 5e-7, K3 with coefficient 0.01 in the loss; else {@link #grpo}
     * with Tulu 3's lengths.
     *
     * @return the configuration
     */
    public static PpoConfig tulu31() {
        return NamedConfigs.tulu31();
    }

    /**
     * GRPO (arXiv 2402.03300): advantages against the group over its unbiased deviation (TRL's epsilon of 1e-4), K3 in the
     * loss with coefficient 0.04, mean over the tokens of a completion and then over completions, clip 0.2, rate 1e-6,
     * one optimiser step a batch. The paper draws 64 samples a prompt; these are 8, TRL's number.
     *
     * <p>Before the first optimiser step the loss is 0, or near it: its slopes are not.
     *
     * @return the configuration
     */
    public static PpoConfig grpo() {
        return NamedConfigs.grpo();
    }

    /**
     * Dr. GRPO (arXiv 2503.20783): GRPO without the deviation, without KL, and with the loss divided by the greatest length,
     * 3,000, so that neither easy prompts nor short wrong answers weigh more. Another {@link PpoConfigBuilder#maxTokens} is also
     * what the loss is divided by, unless an aggregation is given.
     *
     * @return the configuration
     */
    public static PpoConfig drGrpo() {
        return NamedConfigs.drGrpo();
    }

    /**
     * DAPO (arXiv 2503.14476): clip 0.2 below and 0.28 above, mean over all tokens, soft punishment of the last 4,096 of
     * 20,480 tokens, 16 samples of a prompt, no KL, 16 optimiser steps a batch, rate 1e-6 after 20 steps of warm-up. Its
     * dynamic sampling is the caller's loop: {@link DynamicSampling}.
     *
     * @return the configuration
     */
    public static PpoConfig dapo() {
        return NamedConfigs.dapo();
    }

    /**
     * GSPO (arXiv 2507.18071): GRPO's advantages, the ratio of the whole completion clipped to 3e-4 below and 4e-4 above, no KL,
     * four optimiser steps a batch.
     *
     * @return the configuration
     */
    public static PpoConfig gspo() {
        return NamedConfigs.gspo();
    }

    /**
     * CISPO (arXiv 2506.13585): GRPO's advantages, the log-probability weighted by the ratio up to 5 (1 + 4, TRL's advice),
     * mean over all tokens, no KL.
     *
     * @return the configuration
     */
    public static PpoConfig cispo() {
        return NamedConfigs.cispo();
    }

    /**
     * RLOO (arXiv 2402.14740) with TRL's numbers: two samples of a prompt, each against the other, K1 with coefficient 0.05 in
     * the reward, the ratio of the completions' probabilities clipped to 0.2, rate 1e-6.
     *
     * @return the configuration
     */
    public static PpoConfig rloo() {
        return NamedConfigs.rloo();
    }

    /**
     * REINFORCE++ (arXiv 2501.03262): one sample of a prompt, the return to go of score and KL penalty (K1, coefficient 0.01)
     * whitened over all tokens of the batch, clip 0.2, mean over all tokens, rate 1e-6.
     *
     * @return the configuration
     */
    public static PpoConfig reinforcePlusPlus() {
        return NamedConfigs.reinforcePlusPlus();
    }

    /**
     * REINFORCE++ with a baseline (arXiv 2501.03262): 8 samples of a prompt, scores less the mean of their group before they
     * are whitened over the batch, and K2 in the loss with coefficient 0.01 in place of the penalty in the reward.
     *
     * @return the configuration
     */
    public static PpoConfig reinforcePlusPlusBaseline() {
        return NamedConfigs.reinforcePlusPlusBaseline();
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
