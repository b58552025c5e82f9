package dev.reft.math;

import java.util.Arrays;

/**
 * Rewards of tokens from a score of the whole completion and a penalty for leaving the reference (arXiv 1909.08593).
 *
 * <pre>
 * r_t = -coefficient * kl_t,   and the score added at one place
 * </pre>
 */
public final class RewardShaping {
    private RewardShaping() {}

    /** Where the score lands. */
    public enum ScorePlacement {
        /**
         * On the last token, the one that ended the completion or at which it was cut off: the ReFT code, TRL until
         * 0.11, OpenRLHF, verl.
         */
        LAST_TOKEN,
        /**
         * One step later, on the state after the last token, as TRL does since 0.12 wherever padding follows. The
         * rewards are then n + 1, and GAE runs over n + 1 tokens whose last value is that of the state after the end.
         * The first n advantages are used; the critic is fitted to all n + 1 returns, the last of which is the score.
         */
        AFTER_LAST_TOKEN
    }

    /**
     * Rewards of the tokens of one completion.
     *
     * @param kl estimated KL of each token, [n], n &gt;= 1; from {@link KlEstimator}
     * @param coefficient weight of the penalty, finite
     * @param score the score that counts; a score of 0 is a score
     * @param placement where it lands
     * @return rewards, [n], or [n + 1] for {@link ScorePlacement#AFTER_LAST_TOKEN}
     * @throws IllegalArgumentException if there is no token to put the score on
     */
    public static double[] rewards(double[] kl, double coefficient, double score, ScorePlacement placement) {
        if (kl.length == 0) {
            throw new IllegalArgumentException("a completion without tokens cannot take the score " + score);
        }
        int length = placement == ScorePlacement.LAST_TOKEN ? kl.length : kl.length + 1;
        double[] rewards = Arrays.copyOf(penalties(kl, coefficient), length);
        rewards[length - 1] += score;
        return rewards;
    }

    /**
     * The penalty part alone.
     *
     * @param kl estimated KL of each token, [n]
     * @param coefficient weight of the penalty
     * @return -coefficient * kl, [n]
     */
    public static double[] penalties(double[] kl, double coefficient) {
        double[] penalties = new double[kl.length];
        for (int t = 0; t < kl.length; t++) {
            penalties[t] = -coefficient * kl[t];
        }
        return penalties;
    }

    /**
     * A score kept within bounds, before the penalty is added.
     *
     * @param score the score
     * @param low least score
     * @param high greatest score, &gt;= low
     * @return the score or the bound that it passes
     * @throws IllegalArgumentException if {@code high} is below {@code low}
     */
    public static double clip(double score, double low, double high) {
        Checks.atLeast("high", high, low);
        return Math.max(low, Math.min(high, score));
    }
}
