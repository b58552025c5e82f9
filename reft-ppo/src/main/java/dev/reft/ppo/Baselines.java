package dev.reft.ppo;

import dev.reft.math.Gae;
import dev.reft.math.GroupAdvantages;
import dev.reft.ppo.Advantages.Deviation;
import dev.reft.ppo.Advantages.ScoreBaseline;
import dev.reft.ppo.Shaping.Sample;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/** The choices of {@link Advantages}, on the rows of a step. Rows that do not count are in no baseline and get zeros. */
final class Baselines {
    private Baselines() {}

    /** The scores that rewards are made of, less the baseline that the choice takes off them first. */
    static double[] scores(Advantages choice, Sample[] samples, ToDoubleFunction<Sample> effective) {
        double[] scores = new double[samples.length];
        for (int i = 0; i < samples.length; i++) {
            scores[i] = samples[i].counted() ? effective.applyAsDouble(samples[i]) : Double.NaN;
        }
        return switch (scoreBaseline(choice)) {
            case NONE -> scores;
            case GROUP_MEAN -> GroupAdvantages.centred(scores, groups(samples));
            case LEAVE_ONE_OUT -> GroupAdvantages.leaveOneOut(scores, groups(samples));
        };
    }

    private static ScoreBaseline scoreBaseline(Advantages choice) {
        if (choice instanceof Advantages.Gae gae) {
            return gae.baseline();
        }
        return choice instanceof Advantages.ReturnToGo toGo ? toGo.baseline() : ScoreBaseline.NONE;
    }

    /**
     * Advantages of rewards, [row][n] or [row][n + 1] where the score comes after the last token. They are [row][n]; with values
     * as many as the rewards, since the state after the last token then has a return as well.
     */
    static double[][] advantages(Advantages choice, Sample[] samples, double[][] rewards) {
        double[] ofRows = choice instanceof Advantages.Gae || choice instanceof Advantages.ReturnToGo
                ? new double[samples.length]
                : ofRows(choice, samples, rewards);
        double[][] advantages = new double[samples.length][];
        for (int i = 0; i < samples.length; i++) {
            int n = samples[i].oldLogProbs().length;
            advantages[i] = new double[n];
            if (samples[i].counted()) {
                if (choice instanceof Advantages.Gae gae) {
                    advantages[i] = gae(gae, samples[i], rewards[i]);
                } else if (choice instanceof Advantages.ReturnToGo toGo) {
                    advantages[i] = Arrays.copyOf(Gae.returnsToGo(rewards[i], toGo.gamma()), n);
                } else {
                    Arrays.fill(advantages[i], ofRows[i]);
                }
            }
        }
        return advantages;
    }

    private static double[] gae(Advantages.Gae gae, Sample sample, double[] rewards) {
        int n = sample.oldLogProbs().length;
        double[] values = new double[rewards.length + 1];
        System.arraycopy(sample.values(), 0, values, 0, n);
        // A score that lands on the state after the end finds a value of its own there.
        boolean after = rewards.length > n;
        if (after || (!sample.ended() && gae.truncation() == Truncation.BOOTSTRAP)) {
            values[n] = sample.values()[n];
        }
        return Gae.advantages(rewards, values, gae.gamma(), gae.lambda());
    }

    /** One advantage a completion, of its rewards' sum. */
    private static double[] ofRows(Advantages choice, Sample[] samples, double[][] rewards) {
        double[] sums = new double[samples.length];
        int[] lengths = new int[samples.length];
        for (int i = 0; i < samples.length; i++) {
            lengths[i] = samples[i].oldLogProbs().length;
            sums[i] = samples[i].counted() ? Arrays.stream(rewards[i]).sum() : Double.NaN;
        }
        int[] groups = groups(samples);
        if (choice instanceof Advantages.LeaveOneOut) {
            return GroupAdvantages.leaveOneOut(sums, groups);
        } else if (choice instanceof Advantages.LengthWeighted) {
            return GroupAdvantages.lengthWeighted(sums, groups, lengths);
        } else if (choice instanceof Advantages.Group group) {
            Deviation by = group.deviation();
            if (by instanceof Deviation.OfGroup own) {
                return GroupAdvantages.normalised(sums, groups, own.epsilon(), own.unbiased());
            }
            return by instanceof Deviation.OfBatch batch
                    ? GroupAdvantages.normalisedByBatch(sums, groups, batch.epsilon())
                    : GroupAdvantages.centred(sums, groups);
        }
        throw new IllegalArgumentException("no rule for " + choice);
    }

    private static int[] groups(Sample[] samples) {
        int[] groups = new int[samples.length];
        Arrays.setAll(groups, i -> samples[i].group());
        return groups;
    }
}
