package dev.reft.ppo;

/**
 * How rewards become advantages. The type grows; callers keep a default branch.
 *
 * <pre>
 * Gae             values of a critic                                  PPO, ReFT
 * Group           against the mean of the prompt's samples            GRPO, Dr. GRPO, DAPO, GSPO, CISPO
 * LeaveOneOut     against the mean of the prompt's other samples      RLOO
 * LengthWeighted  against the mean weighted by length                 OPO
 * ReturnToGo      the rewards still to come                           REINFORCE++
 * </pre>
 *
 * <p>A group is the samples of one prompt in a step. Samples without a score are in no baseline: those whose grading failed or does
 * not apply, and those that {@link PpoConfig#dropTruncated} leaves out. In a group with one score left every baseline of the
 * group gives 0. The reward of a completion is the sum over its tokens: its score by the rules of the configuration, its
 * process rewards, and the KL penalty if that is in the reward.
 *
 * <p>All but {@link Gae} do without values: the policy needs no value head, and none is asked for.
 */
public sealed interface Advantages {
    /**
     * Whether values are used, and so learnt.
     *
     * @return true for {@link Gae}
     */
    default boolean valued() {
        return false;
    }

    /**
     * Whether a prompt needs at least two samples.
     *
     * @return true where samples are compared with others of their group
     */
    boolean needsGroups();

    /**
     * Generalised advantage estimation with a critic (arXiv 1506.02438), see {@link dev.reft.math.Gae}.
     *
     * @param gamma discount of rewards, in [0, 1]
     * @param lambda trace decay, in [0, 1]
     * @param truncation the value of the state after a completion that was cut off
     * @param baseline what is taken off the scores first; values are then those of what is left
     */
    record Gae(double gamma, double lambda, Truncation truncation, ScoreBaseline baseline) implements Advantages {
        /** ReFT's, which is also that of most PPO: gamma 1, lambda 0.95, value 0 after a completion. */
        public static final Gae REFT = new Gae(1, 0.95, Truncation.ZERO, ScoreBaseline.NONE);

        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is not in [0, 1]
         */
        public Gae {
            unit("gamma", gamma);
            unit("lambda", lambda);
        }

        /**
         * With no baseline of the group, and value 0 after a completion.
         *
         * @param gamma discount of rewards, in [0, 1]
         * @param lambda trace decay, in [0, 1]
         */
        public Gae(double gamma, double lambda) {
            this(gamma, lambda, Truncation.ZERO, ScoreBaseline.NONE);
        }

        @Override
        public boolean valued() {
            return true;
        }

        @Override
        public boolean needsGroups() {
            return baseline != ScoreBaseline.NONE;
        }
    }

    /**
     * The reward less the mean of its group, over a deviation; the same for every token of a completion.
     *
     * @param deviation what it is divided by
     */
    record Group(Deviation deviation) implements Advantages {
        @Override
        public boolean needsGroups() {
            return true;
        }
    }

    /** The reward less the mean of the others of its group (RLOO, arXiv 2402.14740); the same for every token. */
    record LeaveOneOut() implements Advantages {
        @Override
        public boolean needsGroups() {
            return true;
        }
    }

    /**
     * The reward less the mean of its group weighted by the number of sampled tokens (OPO, arXiv 2505.23585); the same for
     * every token.
     */
    record LengthWeighted() implements Advantages {
        @Override
        public boolean needsGroups() {
            return true;
        }
    }

    /**
     * The discounted rewards from a token on (REINFORCE++, arXiv 2501.03262); {@link PpoConfig#advantageWhitening} then
     * scales them over all tokens of the batch.
     *
     * @param gamma discount of rewards, in [0, 1]
     * @param baseline what is taken off the scores first
     */
    record ReturnToGo(double gamma, ScoreBaseline baseline) implements Advantages {
        /**
         * Checks the discount.
         *
         * @throws IllegalArgumentException if it is not in [0, 1]
         */
        public ReturnToGo {
            unit("gamma", gamma);
        }

        @Override
        public boolean needsGroups() {
            return baseline != ScoreBaseline.NONE;
        }
    }

    /** What is taken off a completion's score before anything else; the KL penalty is not in it. The enum grows. */
    enum ScoreBaseline {
        /** Nothing. */
        NONE,
        /** The mean score of the group. */
        GROUP_MEAN,
        /** The mean score of the others of the group. */
        LEAVE_ONE_OUT
    }

    /** What a group's advantages are divided by. The type grows. */
    sealed interface Deviation {
        /** Nothing, as Dr. GRPO (arXiv 2503.20783) has it: easy and hard prompts keep their weight. */
        record None() implements Deviation {}

        /**
         * The deviation of the group plus epsilon, as GRPO (arXiv 2402.03300) has it.
         *
         * @param epsilon &gt;= 0; 1e-4 in TRL, 1e-6 in verl, 1e-9 in OpenRLHF
         * @param unbiased whether the deviation divides by count - 1, as all three do
         */
        record OfGroup(double epsilon, boolean unbiased) implements Deviation {
            /** TRL's: 1e-4, unbiased. */
            public static final OfGroup TRL = new OfGroup(1e-4, true);

            /**
             * Checks epsilon.
             *
             * @throws IllegalArgumentException if it is negative or not finite
             */
            public OfGroup {
                nonNegative(epsilon);
            }
        }

        /**
         * The unbiased deviation of all rewards of the batch plus epsilon.
         *
         * @param epsilon &gt;= 0
         */
        record OfBatch(double epsilon) implements Deviation {
            /**
             * Checks epsilon.
             *
             * @throws IllegalArgumentException if it is negative or not finite
             */
            public OfBatch {
                nonNegative(epsilon);
            }
        }
    }

    private static void unit(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " " + value + " must be in [0, 1]");
        }
    }

    private static void nonNegative(double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("epsilon " + value + " must be finite and >= 0");
        }
    }
}
