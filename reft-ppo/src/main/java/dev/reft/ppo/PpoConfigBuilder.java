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
import java.util.List;
import java.util.Optional;

/**
 * Changes some numbers of a {@link PpoConfig}; each method is named after the component that it sets, and returns the
 * builder.
 */
public final class PpoConfigBuilder {
    private Sampling sampling;
    private int maxTokens;
    private List<String> stops;
    private int samplesPerPrompt;
    private int concurrentSamples;
    private GradingLimits grading;
    private MissingEnd missingEnd;
    private Overlong overlong;
    private boolean dropTruncated;
    private double scoreBound;
    private ScorePlacement scorePlacement;
    private KlPenalty kl;
    private Advantages advantages;
    private Optional<Whitening> rewardWhitening;
    private Optional<Whitening> advantageWhitening;
    private WhiteningScope whiteningScope;
    private Aggregation aggregation;
    /** The aggregation divides by the longest completion, and nobody chose another length for it. */
    private boolean dividesByMaxTokens;

    private Surrogate surrogate;
    private ClippedValue valueClip;
    private double valueCoefficient;
    private double entropyCoefficient;
    private OldLogProbs oldLogProbs;
    private Optional<ImportanceCorrection> correction;
    private int epochs;
    private int miniBatches;
    private int microBatchTokens;
    private double policyRate;
    private LearningRate policySchedule;
    private double valueRate;
    private LearningRate valueSchedule;
    private double maxGradientNorm;
    private CriticWarmup criticWarmup;
    private double stopKl;
    private int maxSkippedSteps;
    private long seed;

    PpoConfigBuilder(PpoConfig start) {
        sampling = start.sampling();
        maxTokens = start.maxTokens();
        stops = start.stops();
        samplesPerPrompt = start.samplesPerPrompt();
        concurrentSamples = start.concurrentSamples();
        grading = start.grading();
        missingEnd = start.missingEnd();
        overlong = start.overlong();
        dropTruncated = start.dropTruncated();
        scoreBound = start.scoreBound();
        scorePlacement = start.scorePlacement();
        kl = start.kl();
        advantages = start.advantages();
        rewardWhitening = start.rewardWhitening();
        advantageWhitening = start.advantageWhitening();
        whiteningScope = start.whiteningScope();
        aggregation = start.aggregation();
        dividesByMaxTokens = aggregation.equals(new Aggregation.FixedLength(maxTokens));
        surrogate = start.surrogate();
        valueClip = start.valueClip();
        valueCoefficient = start.valueCoefficient();
        entropyCoefficient = start.entropyCoefficient();
        oldLogProbs = start.oldLogProbs();
        correction = start.correction();
        epochs = start.epochs();
        miniBatches = start.miniBatches();
        microBatchTokens = start.microBatchTokens();
        policyRate = start.policyRate();
        policySchedule = start.policySchedule();
        valueRate = start.valueRate();
        valueSchedule = start.valueSchedule();
        maxGradientNorm = start.maxGradientNorm();
        criticWarmup = start.criticWarmup();
        stopKl = start.stopKl();
        maxSkippedSteps = start.maxSkippedSteps();
        seed = start.seed();
    }

    /** Sets {@link PpoConfig#sampling}: how completions are drawn; ReFT samples at temperature 1 without filters. */
    public PpoConfigBuilder sampling(Sampling value) {
        sampling = value;
        return this;
    }

    /**
     * Sets {@link PpoConfig#maxTokens}: most tokens of a completion, the ending EOS included, &gt;= 1. An {@link
     * Aggregation.FixedLength} that was the former number follows, unless {@link #aggregation} is called: Dr. GRPO divides by
     * the longest completion, and a number ten times that would make its gradients ten times smaller.
     */
    public PpoConfigBuilder maxTokens(int value) {
        maxTokens = value;
        return this;
    }

    /** Sets {@link PpoConfig#stops}: texts that end a completion. */
    public PpoConfigBuilder stops(List<String> value) {
        stops = value;
        return this;
    }

    /** Sets {@link PpoConfig#samplesPerPrompt}: completions of each prompt in a step, &gt;= 1. */
    public PpoConfigBuilder samplesPerPrompt(int value) {
        samplesPerPrompt = value;
        return this;
    }

    /**
     * Sets {@link PpoConfig#concurrentSamples}: most completions generated at a time, &gt;= 1; bounds the cache of
     * keys and values.
     */
    public PpoConfigBuilder concurrentSamples(int value) {
        concurrentSamples = value;
        return this;
    }

    /** Sets {@link PpoConfig#grading}: how graders are run. */
    public PpoConfigBuilder grading(GradingLimits value) {
        grading = value;
        return this;
    }

    /** Sets {@link PpoConfig#missingEnd}: what becomes of the score of a completion that was cut off by its length. */
    public PpoConfigBuilder missingEnd(MissingEnd value) {
        missingEnd = value;
        return this;
    }

    /** Sets {@link PpoConfig#overlong}: what is taken off the score of a completion near the length limit. */
    public PpoConfigBuilder overlong(Overlong value) {
        overlong = value;
        return this;
    }

    /**
     * Sets {@link PpoConfig#dropTruncated}: true leaves completions that were cut off out of the batch, as if their
     * grading had failed.
     */
    public PpoConfigBuilder dropTruncated(boolean value) {
        dropTruncated = value;
        return this;
    }

    /** Sets {@link PpoConfig#scoreBound}: scores are clipped to +- this, &gt; 0; infinity for none. */
    public PpoConfigBuilder scoreBound(double value) {
        scoreBound = value;
        return this;
    }

    /**
     * Sets {@link PpoConfig#scorePlacement}: where the score lands; after the last token only where a completion
     * ended.
     */
    public PpoConfigBuilder scorePlacement(ScorePlacement value) {
        scorePlacement = value;
        return this;
    }

    /** Sets {@link PpoConfig#kl}: the penalty on moving away from the reference. */
    public PpoConfigBuilder kl(KlPenalty value) {
        kl = value;
        return this;
    }

    /** Sets {@link PpoConfig#advantages}: how rewards become advantages. */
    public PpoConfigBuilder advantages(Advantages value) {
        advantages = value;
        return this;
    }

    /** Sets {@link PpoConfig#rewardWhitening}: scaling of token rewards before advantages are computed. */
    public PpoConfigBuilder rewardWhitening(Optional<Whitening> value) {
        rewardWhitening = value;
        return this;
    }

    /** Sets {@link PpoConfig#advantageWhitening}: scaling of advantages. */
    public PpoConfigBuilder advantageWhitening(Optional<Whitening> value) {
        advantageWhitening = value;
        return this;
    }

    /** Sets {@link PpoConfig#whiteningScope}: over which rows whitening takes its moments. */
    public PpoConfigBuilder whiteningScope(WhiteningScope value) {
        whiteningScope = value;
        return this;
    }

    /** Sets {@link PpoConfig#aggregation}: how the losses of tokens become the loss of the batch. */
    public PpoConfigBuilder aggregation(Aggregation value) {
        aggregation = value;
        dividesByMaxTokens = false;
        return this;
    }

    /** Sets {@link PpoConfig#surrogate}: the policy loss of a token. */
    public PpoConfigBuilder surrogate(Surrogate value) {
        surrogate = value;
        return this;
    }

    /** Sets {@link PpoConfig#valueClip}: the clipped value loss. */
    public PpoConfigBuilder valueClip(ClippedValue value) {
        valueClip = value;
        return this;
    }

    /** Sets {@link PpoConfig#valueCoefficient}: of the value loss, &gt;= 0. */
    public PpoConfigBuilder valueCoefficient(double value) {
        valueCoefficient = value;
        return this;
    }

    /** Sets {@link PpoConfig#entropyCoefficient}: of the entropy bonus, finite; not 0 costs the entropies. */
    public PpoConfigBuilder entropyCoefficient(double value) {
        entropyCoefficient = value;
        return this;
    }

    /** Sets {@link PpoConfig#oldLogProbs}: where the log-probabilities come from that ratios refer to. */
    public PpoConfigBuilder oldLogProbs(OldLogProbs value) {
        oldLogProbs = value;
        return this;
    }

    /** Sets {@link PpoConfig#correction}: weights for what sampler and old log-probabilities differ. */
    public PpoConfigBuilder correction(Optional<ImportanceCorrection> value) {
        correction = value;
        return this;
    }

    /** Sets {@link PpoConfig#epochs}: how often an update goes over the batch, &gt;= 1. */
    public PpoConfigBuilder epochs(int value) {
        epochs = value;
        return this;
    }

    /** Sets {@link PpoConfig#miniBatches}: optimiser steps of an epoch, &gt;= 1. */
    public PpoConfigBuilder miniBatches(int value) {
        miniBatches = value;
        return this;
    }

    /**
     * Sets {@link PpoConfig#microBatchTokens}: most tokens of a pass, prompts included; 0 takes the model's own
     * advice.
     */
    public PpoConfigBuilder microBatchTokens(int value) {
        microBatchTokens = value;
        return this;
    }

    /** Sets {@link PpoConfig#policyRate}: base learning rate of the policy, finite and &gt;= 0. */
    public PpoConfigBuilder policyRate(double value) {
        policyRate = value;
        return this;
    }

    /** Sets {@link PpoConfig#policySchedule}: factor on it, a function of the trainer's step. */
    public PpoConfigBuilder policySchedule(LearningRate value) {
        policySchedule = value;
        return this;
    }

    /** Sets {@link PpoConfig#valueRate}: base learning rate of the value head or critic, finite and &gt;= 0. */
    public PpoConfigBuilder valueRate(double value) {
        valueRate = value;
        return this;
    }

    /** Sets {@link PpoConfig#valueSchedule}: factor on it, a function of the trainer's step. */
    public PpoConfigBuilder valueSchedule(LearningRate value) {
        valueSchedule = value;
        return this;
    }

    /** Sets {@link PpoConfig#maxGradientNorm}: gradients are scaled down to this norm, &gt; 0; infinity for none. */
    public PpoConfigBuilder maxGradientNorm(double value) {
        maxGradientNorm = value;
        return this;
    }

    /** Sets {@link PpoConfig#criticWarmup}: steps at the start that train the values only. */
    public PpoConfigBuilder criticWarmup(CriticWarmup value) {
        criticWarmup = value;
        return this;
    }

    /**
     * Sets {@link PpoConfig#stopKl}: an update ends before the optimiser step whose mean KL (K3) from the old policy
     * exceeds this, &gt; 0; infinity for never.
     */
    public PpoConfigBuilder stopKl(double value) {
        stopKl = value;
        return this;
    }

    /**
     * Sets {@link PpoConfig#maxSkippedSteps}: so many optimiser steps in a row whose loss or gradient is not finite
     * end the run, &gt;= 1.
     */
    public PpoConfigBuilder maxSkippedSteps(int value) {
        maxSkippedSteps = value;
        return this;
    }

    /** Sets {@link PpoConfig#seed}: of the run: sampling and shuffling follow from it. */
    public PpoConfigBuilder seed(long value) {
        seed = value;
        return this;
    }

    /**
     * The configuration.
     *
     * @return the checked record
     * @throws IllegalArgumentException if a number is out of its range
     */
    public PpoConfig build() {
        return new PpoConfig(
                sampling,
                maxTokens,
                stops,
                samplesPerPrompt,
                concurrentSamples,
                grading,
                missingEnd,
                overlong,
                dropTruncated,
                scoreBound,
                scorePlacement,
                kl,
                advantages,
                rewardWhitening,
                advantageWhitening,
                whiteningScope,
                dividesByMaxTokens && maxTokens >= 1 ? new Aggregation.FixedLength(maxTokens) : aggregation,
                surrogate,
                valueClip,
                valueCoefficient,
                entropyCoefficient,
                oldLogProbs,
                correction,
                epochs,
                miniBatches,
                microBatchTokens,
                policyRate,
                policySchedule,
                valueRate,
                valueSchedule,
                maxGradientNorm,
                criticWarmup,
                stopKl,
                maxSkippedSteps,
                seed);
    }
}
