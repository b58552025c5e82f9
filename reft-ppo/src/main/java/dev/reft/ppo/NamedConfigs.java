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
import dev.reft.math.SequenceSurrogate;
import dev.reft.math.WeightedLogProb;
import dev.reft.math.Whitening;
import dev.reft.ppo.Advantages.Deviation;
import dev.reft.ppo.Advantages.ScoreBaseline;
import java.util.List;
import java.util.Optional;

/** The numbers behind {@link PpoConfig}'s named configurations. */
final class NamedConfigs {
    private NamedConfigs() {}

    static PpoConfig reft() {
        return new PpoConfig(
                Sampling.at(1f),
                700,
                List.of(),
                1,
                64,
                GradingLimits.DEFAULT,
                new MissingEnd.Keep(),
                new Overlong.None(),
                false,
                Double.POSITIVE_INFINITY,
                ScorePlacement.LAST_TOKEN,
                inReward(0.05),
                Advantages.Gae.REFT,
                Optional.empty(),
                Optional.of(Whitening.ADVANTAGES),
                WhiteningScope.ALL_REPLICAS,
                new Aggregation.SequenceMean(),
                ClippedSurrogate.symmetric(0.2),
                new ClippedValue(0.2),
                5,
                0,
                new OldLogProbs.Rescored(),
                Optional.empty(),
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

    static PpoConfig reftPaper() {
        return reft().toBuilder()
                .advantageWhitening(Optional.empty())
                .aggregation(new Aggregation.TokenMean())
                .build();
    }

    static PpoConfig tulu3() {
        LearningRate linear = new LearningRate.Linear(0, 446);
        return reft().toBuilder()
                .maxTokens(2048)
                .missingEnd(new MissingEnd.Replace(-10))
                .scorePlacement(ScorePlacement.AFTER_LAST_TOKEN)
                .aggregation(new Aggregation.TokenMean())
                .valueCoefficient(0.1)
                .epochs(4)
                .policySchedule(linear)
                .valueSchedule(linear)
                .build();
    }

    static PpoConfig tulu31() {
        return grpo().toBuilder()
                .maxTokens(2048)
                .samplesPerPrompt(16)
                .kl(inLoss(KlEstimator.K3, 0.01))
                .policyRate(5e-7)
                .build();
    }

    static PpoConfig grpo() {
        return valueless(new Advantages.Group(Deviation.OfGroup.TRL), 8)
                .maxTokens(1024)
                .kl(inLoss(KlEstimator.K3, 0.04))
                .build();
    }

    static PpoConfig drGrpo() {
        return valueless(new Advantages.Group(new Deviation.None()), 8)
                .maxTokens(3000)
                .kl(new KlPenalty.None())
                .aggregation(new Aggregation.FixedLength(3000))
                .build();
    }

    static PpoConfig dapo() {
        return valueless(new Advantages.Group(new Deviation.OfGroup(1e-6, true)), 16)
                .maxTokens(20480)
                .overlong(new Overlong.Soft(4096, 1))
                .kl(new KlPenalty.None())
                .surrogate(new ClippedSurrogate(0.2, 0.28, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY))
                .aggregation(new Aggregation.TokenMean())
                .miniBatches(16)
                .policySchedule(new LearningRate.Constant(20))
                .build();
    }

    static PpoConfig gspo() {
        ClippedSurrogate clip = new ClippedSurrogate(3e-4, 4e-4, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
        return grpo().toBuilder()
                .kl(new KlPenalty.None())
                .surrogate(new SequenceSurrogate(clip))
                .miniBatches(4)
                .build();
    }

    static PpoConfig cispo() {
        return grpo().toBuilder()
                .kl(new KlPenalty.None())
                .surrogate(new WeightedLogProb(4))
                .aggregation(new Aggregation.TokenMean())
                .build();
    }

    static PpoConfig rloo() {
        return valueless(new Advantages.LeaveOneOut(), 2)
                .kl(inReward(0.05))
                .surrogate(new SequenceSurrogate(ClippedSurrogate.symmetric(0.2), SequenceSurrogate.Pooling.SUM))
                .build();
    }

    static PpoConfig reinforcePlusPlus() {
        return valueless(new Advantages.ReturnToGo(1, ScoreBaseline.NONE), 1)
                .kl(inReward(0.01))
                .advantageWhitening(Optional.of(Whitening.ADVANTAGES))
                .aggregation(new Aggregation.TokenMean())
                .build();
    }

    static PpoConfig reinforcePlusPlusBaseline() {
        return reinforcePlusPlus().toBuilder()
                .samplesPerPrompt(8)
                .advantages(new Advantages.ReturnToGo(1, ScoreBaseline.GROUP_MEAN))
                .kl(inLoss(KlEstimator.K2, 0.01))
                .build();
    }

    /** What methods without a critic share: no value loss, no whitening, one optimiser step at 1e-6. */
    private static PpoConfigBuilder valueless(Advantages advantages, int samples) {
        return reft().toBuilder()
                .samplesPerPrompt(samples)
                .advantages(advantages)
                .advantageWhitening(Optional.empty())
                .valueCoefficient(0)
                .valueRate(0)
                .epochs(1)
                .policyRate(1e-6);
    }

    private static KlPenalty inReward(double coefficient) {
        return new KlPenalty.InReward(KlEstimator.K1, new KlController.Fixed(coefficient));
    }

    private static KlPenalty inLoss(KlEstimator estimator, double coefficient) {
        return new KlPenalty.InLoss(estimator, new KlController.Fixed(coefficient));
    }
}
