package dev.reft.ppo;

import dev.reft.math.Gae;
import dev.reft.math.KlEstimator;
import dev.reft.math.RewardShaping;
import dev.reft.math.RewardShaping.ScorePlacement;
import dev.reft.math.Whitening;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From scores and log-probabilities to advantages and returns, in double precision: what ReFT computes of a batch of rollouts
 * before its first optimiser step (arXiv 2401.08967, section 3.2).
 */
final class Shaping {
    /** One completion of n scored tokens. */
    record Sample(
            boolean counted,
            boolean ended,
            double score,
            double[] credits,
            double[] oldLogProbs,
            double @Nullable [] referenceLogProbs,
            double[] values,
            int replica) {}

    /** What came of all of them, [row][n]; rows that do not count are zeros. */
    record Shaped(
            double[][] penalties, double[][] rewards, double[][] advantages, double[][] whitened, double[][] returns) {}

    private final PpoConfig config;
    private final double klCoefficient;

    Shaping(PpoConfig config, double klCoefficient) {
        this.config = config;
        this.klCoefficient = klCoefficient;
    }

    /** The score that counts, after the rule for missing ends and the bound. */
    double effective(double score, boolean ended) {
        double ruled = config.missingEnd().apply(score, ended);
        return RewardShaping.clip(ruled, -config.scoreBound(), config.scoreBound());
    }

    Shaped shape(Sample[] samples) {
        int rows = samples.length;
        double[][] penalties = new double[rows][];
        double[][] rewards = new double[rows][];
        double[][] advantages = new double[rows][];
        double[][] returns = new double[rows][];
        for (int i = 0; i < rows; i++) {
            penalties[i] = samples[i].counted() ? penalties(samples[i]) : new double[samples[i].oldLogProbs().length];
            rewards[i] = samples[i].counted() ? rewards(samples[i], penalties[i]) : penalties[i];
        }
        double[][] scaled = whiten(config.rewardWhitening(), rewards, samples);
        for (int i = 0; i < rows; i++) {
            int n = samples[i].oldLogProbs().length;
            advantages[i] = samples[i].counted() ? advantages(samples[i], scaled[i]) : new double[n];
            returns[i] = samples[i].counted() ? Gae.returns(advantages[i], samples[i].values()) : new double[n];
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

    private double[] rewards(Sample sample, double[] penalties) {
        boolean after = config.scorePlacement() == ScorePlacement.AFTER_LAST_TOKEN && sample.ended();
        double[] rewards = new double[penalties.length + (after ? 1 : 0)];
        for (int t = 0; t < penalties.length; t++) {
            rewards[t] = penalties[t] + sample.credits()[t];
        }
        rewards[rewards.length - 1] += effective(sample.score(), sample.ended());
        return rewards;
    }

    private double[] advantages(Sample sample, double[] rewards) {
        int n = sample.oldLogProbs().length;
        double[] values = new double[rewards.length + 1];
        System.arraycopy(sample.values(), 0, values, 0, n);
        if (rewards.length > n) {
            // The score lands on the state after the end, which then has a value of its own.
            values[n] = sample.values()[n];
        } else if (!sample.ended() && config.truncation() == Truncation.BOOTSTRAP) {
            values[n] = sample.values()[n];
        }
        double[] all = Gae.advantages(rewards, values, config.gamma(), config.lambda());
        double[] own = new double[n];
        System.arraycopy(all, 0, own, 0, n);
        return own;
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
