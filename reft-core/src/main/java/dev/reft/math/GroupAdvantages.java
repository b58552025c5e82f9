package dev.reft.math;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Advantages of completions against the others of their group, in place of a critic.
 *
 * <p>Groups are numbers, one a completion, in any order. A reward of NaN is no reward: it is left out of every baseline
 * and its advantage is 0 (as TRL does). A group with one reward, and one whose rewards are all equal, gets exactly 0 by every
 * method that compares within groups; for one reward verl gives the raw reward.
 */
public final class GroupAdvantages {
    private GroupAdvantages() {}

    /**
     * GRPO (arXiv 2402.03300): (r - mean) / (deviation + epsilon), both of the group.
     *
     * @param rewards one a completion
     * @param groups the group of each
     * @param epsilon &gt;= 0; 1e-4 in TRL, 1e-6 in verl, 1e-9 in OpenRLHF
     * @param unbiased whether the deviation divides by count - 1
     * @return advantages; 0 throughout a group whose rewards are equal
     */
    public static double[] normalised(double[] rewards, int[] groups, double epsilon, boolean unbiased) {
        double[] advantages = centred(rewards, groups);
        Map<Integer, Double> squares = new HashMap<>();
        Map<Integer, Integer> counts = new HashMap<>();
        for (int i = 0; i < rewards.length; i++) {
            if (!Double.isNaN(rewards[i])) {
                squares.merge(groups[i], advantages[i] * advantages[i], Double::sum);
                counts.merge(groups[i], 1, Integer::sum);
            }
        }
        for (int i = 0; i < rewards.length; i++) {
            int count = counts.getOrDefault(groups[i], 0) - (unbiased ? 1 : 0);
            double deviation = count < 1 ? 0 : Math.sqrt(squares.getOrDefault(groups[i], 0.0) / count);
            advantages[i] = divide(advantages[i], deviation + epsilon);
        }
        return advantages;
    }

    /**
     * GRPO with the deviation of the whole batch: (r - mean of the group) / (deviation of all + epsilon).
     *
     * @param rewards one a completion
     * @param groups the group of each
     * @param epsilon &gt;= 0
     * @return advantages
     */
    public static double[] normalisedByBatch(double[] rewards, int[] groups, double epsilon) {
        double[] advantages = centred(rewards, groups);
        double[] present =
                java.util.Arrays.stream(rewards).filter(r -> !Double.isNaN(r)).toArray();
        double deviation = Moments.of(present, true).deviation();
        for (int i = 0; i < advantages.length; i++) {
            advantages[i] = divide(advantages[i], deviation + epsilon);
        }
        return advantages;
    }

    /**
     * Dr. GRPO (arXiv 2503.20783): r - mean of the group.
     *
     * @param rewards one a completion
     * @param groups the group of each
     * @return advantages
     */
    public static double[] centred(double[] rewards, int[] groups) {
        double[] ones = new double[rewards.length];
        java.util.Arrays.fill(ones, 1);
        return againstWeightedMean(rewards, groups, ones);
    }

    /**
     * RLOO (arXiv 2402.14740): r - mean of the others of the group.
     *
     * @param rewards one a completion
     * @param groups the group of each
     * @return advantages
     */
    public static double[] leaveOneOut(double[] rewards, int[] groups) {
        Checks.sameLength("rewards", rewards.length, "groups", groups.length);
        Map<Integer, Double> sums = new HashMap<>();
        Map<Integer, Integer> counts = new HashMap<>();
        for (int i = 0; i < rewards.length; i++) {
            if (!Double.isNaN(rewards[i])) {
                sums.merge(groups[i], rewards[i], Double::sum);
                counts.merge(groups[i], 1, Integer::sum);
            }
        }
        Set<Integer> varying = varying(rewards, groups);
        double[] advantages = new double[rewards.length];
        for (int i = 0; i < rewards.length; i++) {
            int others = counts.getOrDefault(groups[i], 0) - 1;
            if (!Double.isNaN(rewards[i]) && others > 0 && varying.contains(groups[i])) {
                advantages[i] = rewards[i] - (sums.getOrDefault(groups[i], 0.0) - rewards[i]) / others;
            }
        }
        return advantages;
    }

    /**
     * OPO (arXiv 2505.23585): r - mean of the group weighted by the completions' lengths.
     *
     * @param rewards one a completion
     * @param groups the group of each
     * @param lengths tokens of each completion
     * @return advantages
     */
    public static double[] lengthWeighted(double[] rewards, int[] groups, int[] lengths) {
        return againstWeightedMean(
                rewards,
                groups,
                java.util.Arrays.stream(lengths).asDoubleStream().toArray());
    }

    /**
     * Several rewards a completion, each normalised in its group, then summed (GDPO, TRL's {@code normalize_then_sum}),
     * and the sum normalised over the batch by its unbiased deviation. It is a part for own loops: a trainer takes one score a
     * completion, which its grader makes of several rewards.
     *
     * @param rewards [completion][reward]
     * @param weights one a reward
     * @param groups the group of each completion
     * @param epsilon &gt;= 0, added to both deviations
     * @return advantages
     */
    public static double[] normalisedThenSummed(double[][] rewards, double[] weights, int[] groups, double epsilon) {
        double[] sums = new double[rewards.length];
        for (int k = 0; k < weights.length; k++) {
            double[] column = new double[rewards.length];
            for (int i = 0; i < rewards.length; i++) {
                column[i] = rewards[i][k];
            }
            double[] advantages = normalised(column, groups, epsilon, true);
            for (int i = 0; i < rewards.length; i++) {
                sums[i] += weights[k] * advantages[i];
            }
        }
        Moments moments = Moments.of(sums, true);
        for (int i = 0; i < sums.length; i++) {
            sums[i] = divide(sums[i] - moments.mean(), moments.deviation() + epsilon);
        }
        return sums;
    }

    private static double[] againstWeightedMean(double[] rewards, int[] groups, double[] weights) {
        Checks.sameLength("rewards", rewards.length, "groups", groups.length);
        Checks.sameLength("rewards", rewards.length, "weights", weights.length);
        Map<Integer, Double> sums = new HashMap<>();
        Map<Integer, Double> totals = new HashMap<>();
        for (int i = 0; i < rewards.length; i++) {
            if (!Double.isNaN(rewards[i])) {
                sums.merge(groups[i], weights[i] * rewards[i], Double::sum);
                totals.merge(groups[i], weights[i], Double::sum);
            }
        }
        Set<Integer> varying = varying(rewards, groups);
        double[] advantages = new double[rewards.length];
        for (int i = 0; i < rewards.length; i++) {
            double total = totals.getOrDefault(groups[i], 0.0);
            if (!Double.isNaN(rewards[i]) && total > 0 && varying.contains(groups[i])) {
                advantages[i] = rewards[i] - sums.getOrDefault(groups[i], 0.0) / total;
            }
        }
        return advantages;
    }

    /**
     * The groups whose rewards are not all equal. The others get exactly 0: three times 0.1 has a mean a rounding away from
     * 0.1, which a small deviation would blow up to an advantage.
     */
    private static Set<Integer> varying(double[] rewards, int[] groups) {
        Map<Integer, Double> first = new HashMap<>();
        Set<Integer> varying = new HashSet<>();
        for (int i = 0; i < rewards.length; i++) {
            if (!Double.isNaN(rewards[i])) {
                Double before = first.putIfAbsent(groups[i], rewards[i]);
                if (before != null && before != rewards[i]) {
                    varying.add(groups[i]);
                }
            }
        }
        return varying;
    }

    private static double divide(double x, double by) {
        return by > 0 ? x / by : 0;
    }
}
