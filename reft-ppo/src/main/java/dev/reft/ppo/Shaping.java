package dev.reft.ppo;

import dev.reft.math.Gae;
import dev.reft.math.KlEstimator;
import dev.reft.math.RewardProcessing;
import dev.reft.math.RewardShaping;
import dev.reft.math.RewardShaping.ScorePlacement;
import dev.reft.math.Whitening;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From scores and log-probabilities to advantages and returns, in double precision: what ReFT computes of a batch of rollouts
 * before its first optimiser step (arXiv 2401.08967, section 3.2), and what methods without a critic compute instead.
 */
final class Shaping {
    /** One completion of n scored tokens; the group is its prompt's index. */
    record Sample(
            boolean counted,
            boolean ended,
            double score,
            double[] credits,
            double[] oldLogProbs,
            double @Nullable [] referenceLogProbs,
            double @Nullable [] samplerLogProbs,
            double[] values,
            int group,
            int replica) {}

    /**
     * What came of all of them, [row][n]; rows that do not count are zeros. Rewards, and returns where there are values, are
     * [row][n + 1] of a completion whose score comes after its last token: the state there is one that the values are fitted to.
     */
    record Shaped(
            double[][] penalties, double[][] rewards, double[][] advantages, double[][] whitened, double[][] returns) {}

    private final PpoConfig config;
    private final double klCoefficient;

    Shaping(PpoConfig config, double klCoefficient) {
        this.config = config;
        this.klCoefficient = klCoefficient;
    }

    /** The score that counts, after the rules for missing ends and long completions, and the bound. */
    double effective(Sample sample) {
        double ruled = config.missingEnd().apply(sample.score(), sample.ended());
        if (config.overlong() instanceof Overlong.Soft soft) {
            ruled += RewardProcessing.overlongPenalty(
                    sample.oldLogProbs().length, config.maxTokens(), soft.buffer(), soft.factor());
        }
        return RewardShaping.clip(ruled, -config.scoreBound(), config.scoreBound());
    }

    Shaped shape(Sample[] samples) {
        int rows = samples.length;
        double[][] penalties = new double[rows][];
        double[][] rewards = new double[rows][];
        double[] scores = Baselines.scores(config.advantages(), samples, this::effective);
        for (int i = 0; i < rows; i++) {
            penalties[i] = samples[i].counted() ? penalties(samples[i]) : new double[samples[i].oldLogProbs().length];
            rewards[i] = samples[i].counted() ? rewards(samples[i], penalties[i], scores[i]) : penalties[i];
        }
        double[][] scaled = whiten(config.rewardWhitening(), rewards, samples);
        double[][] advantages = Baselines.advantages(config.advantages(), samples, scaled);
        double[][] returns = new double[rows][];
        for (int i = 0; i < rows; i++) {
            boolean valued = samples[i].counted() && config.advantages().valued();
            returns[i] = valued ? Gae.returns(advantages[i], samples[i].values()) : new double[advantages[i].length];
            advantages[i] = Arrays.copyOf(advantages[i], samples[i].oldLogProbs().length);
        }
        return new Shaped(
                penalties, rewards, advantages, whiten(config.advantageWhitening(), advantages, samples), returns);
    }

    private double[] penalties(Sample sample) {
        double[] kl = new double[sample.oldLogProbs().length];
        if (config.kl() instanceof KlPenalty.InReward penalty && sample.referenceLogProbs() != null) {
            for (int t = 0; t < kl.length; t++) {
                kl[t] = penalty.estimator().value(sample.oldLogProbs()[t], sample.referenceLogProbs()[t]);
            }
            return RewardShaping.penalties(kl, klCoefficient);
        }
        return kl;
    }

    private double[] rewards(Sample sample, double[] penalties, double score) {
        boolean after = config.scorePlacement() == ScorePlacement.AFTER_LAST_TOKEN && sample.ended();
        double[] rewards = new double[penalties.length + (after ? 1 : 0)];
        for (int t = 0; t < penalties.length; t++) {
            rewards[t] = penalties[t] + sample.credits()[t];
        }
        rewards[rewards.length - 1] += score;
        return rewards;
    }

    private double[][] whiten(Optional<Whitening> whitening, double[][] rows, Sample[] samples) {
        if (whitening.isEmpty()) {
            return rows;
        }
        int replicas = 1;
        for (Sample sample : samples) {
            replicas = Math.max(replicas, sample.replica() + 1);
        }
        double[][] white = new double[rows.length][];
        for (int r = 0; r < replicas; r++) {
            boolean[] chosen = new boolean[rows.length];
            for (int i = 0; i < rows.length; i++) {
                chosen[i] = samples[i].counted() && inScope(samples[i], r);
            }
            double[][] part = whitening.get().apply(rows, chosen);
            for (int i = 0; i < rows.length; i++) {
                if (white[i] == null || chosen[i]) {
                    white[i] = part[i];
                }
            }
        }
        return white;
    }

    private boolean inScope(Sample sample, int replica) {
        return config.whiteningScope() == WhiteningScope.ALL_REPLICAS || sample.replica() == replica;
    }

    /** K1 summed over a completion's tokens: what "KL" means in reports and to an adaptive controller. */
    static double sequenceKl(Sample sample) {
        double sum = 0;
        if (sample.referenceLogProbs() != null) {
            for (int t = 0; t < sample.oldLogProbs().length; t++) {
                sum += KlEstimator.K1.value(sample.oldLogProbs()[t], sample.referenceLogProbs()[t]);
            }
        }
        return sum;
    }
}
