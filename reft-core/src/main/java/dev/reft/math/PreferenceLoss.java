package dev.reft.math;

import dev.reft.math.Preference.Result;

/**
 * Losses on pairs of completions, to be minimised: DPO and its family. The type grows; callers keep a default branch.
 *
 * <p>With dc and dr the log-ratios of the chosen and the rejected completion against the reference, a = beta dc, b = beta
 * dr, z = a - b, s the logistic function and e the label smoothing. A batch's loss is the mean over pairs. Where policy
 * and reference agree, the first loss is ln 2.
 */
public sealed interface PreferenceLoss
        permits PreferenceLoss.Logistic,
                PreferenceLoss.Robust,
                PreferenceLoss.Hinge,
                PreferenceLoss.Ipo,
                PreferenceLoss.SimPo,
                PreferenceLoss.Orpo,
                PreferenceLoss.Cpo,
                AnchoredPreference {
    /**
     * The loss of a pair.
     *
     * @param pair the pair's log-probabilities
     * @return loss and slopes
     */
    Result of(Preference pair);

    /**
     * How strongly the policy is held to the reference, or log-probabilities are scaled.
     *
     * @return beta, &gt; 0
     */
    double beta();

    /**
     * Whether the loss looks at reference log-probabilities at all; SimPO, ORPO and CPO do not.
     *
     * @return true if {@link Preference#referenceChosen} and {@link Preference#referenceRejected} matter
     */
    default boolean usesReference() {
        return true;
    }

    /**
     * The implicit reward of a completion, as TRL reports it.
     *
     * @param ratio log p - log p_ref summed over the completion's tokens; log p where there is no reference
     * @param length tokens of the completion, &gt;= 1
     * @return beta times ratio; beta times ratio / length for SimPO and ORPO
     */
    default double reward(double ratio, int length) {
        return beta() * ratio;
    }

    /**
     * DPO (arXiv 2305.18290): -(1 - e) log s(z) - e log s(-z); with e &gt; 0 conservative DPO.
     *
     * @param beta &gt; 0; 0.1 is usual, about 5 with normalised lengths
     * @param smoothing e, in [0, 0.5)
     * @param normalised whether log-ratios are divided by the completion's length first (length-normalised DPO, Tulu 3)
     */
    record Logistic(double beta, double smoothing, boolean normalised) implements PreferenceLoss {
        /** Checks the numbers. */
        public Logistic {
            Checks.positive("beta", beta);
            Checks.range("smoothing", smoothing, 0, Math.nextDown(0.5));
        }

        @Override
        public Result of(Preference p) {
            double nc = normalised ? p.chosenLength() : 1;
            double nr = normalised ? p.rejectedLength() : 1;
            double z = beta * (p.chosenRatio() / nc - p.rejectedRatio() / nr);
            double slope = beta * smoothedSlope(z, smoothing);
            return new Result(smoothed(z, smoothing), slope / nc, -slope / nr);
        }
    }

    /**
     * Robust DPO (arXiv 2403.00409): (-(1 - e) log s(z) + e log s(-z)) / (1 - 2 e).
     *
     * @param beta &gt; 0
     * @param smoothing the share of labels that are wrong, in [0, 0.5)
     */
    record Robust(double beta, double smoothing) implements PreferenceLoss {
        /** Checks the numbers. */
        public Robust {
            Checks.positive("beta", beta);
            Checks.range("smoothing", smoothing, 0, Math.nextDown(0.5));
        }

        @Override
        public Result of(Preference p) {
            double z = beta * (p.chosenRatio() - p.rejectedRatio());
            double scale = 1 - 2 * smoothing;
            double loss = (-(1 - smoothing) * Sigmoid.log(z) + smoothing * Sigmoid.log(-z)) / scale;
            double slope = beta * (-(1 - smoothing) * Sigmoid.of(-z) - smoothing * Sigmoid.of(z)) / scale;
            return new Result(loss, slope, -slope);
        }
    }

    /**
     * SLiC's hinge (arXiv 2305.10425) on DPO's margin: max(0, 1 - z).
     *
     * @param beta &gt; 0
     */
    record Hinge(double beta) implements PreferenceLoss {
        /** Checks beta. */
        public Hinge {
            Checks.positive("beta", beta);
        }

        @Override
        public Result of(Preference p) {
            double z = beta * (p.chosenRatio() - p.rejectedRatio());
            double slope = z < 1 ? -beta : 0;
            return new Result(Math.max(0, 1 - z), slope, -slope);
        }
    }

    /**
     * IPO (arXiv 2310.12036): (h - 1 / (2 beta))^2.
     *
     * @param beta &gt; 0
     * @param normalised true: h = dc / length - dr / length (TRL; by its notes the authors' intent); false: h = dc - dr
     *     (OpenRLHF, the paper as printed)
     */
    record Ipo(double beta, boolean normalised) implements PreferenceLoss {
        /** Checks beta. */
        public Ipo {
            Checks.positive("beta", beta);
        }

        @Override
        public Result of(Preference p) {
            double nc = normalised ? p.chosenLength() : 1;
            double nr = normalised ? p.rejectedLength() : 1;
            double distance = p.chosenRatio() / nc - p.rejectedRatio() / nr - 1 / (2 * beta);
            return new Result(distance * distance, 2 * distance / nc, -2 * distance / nr);
        }
    }

    /**
     * SimPO (arXiv 2405.14734), without a reference: -log s(beta (mean log p chosen - mean log p rejected) - margin).
     *
     * @param beta &gt; 0; 2 to 2.5 in the paper
     * @param margin gamma itself, not its ratio to beta
     */
    record SimPo(double beta, double margin) implements PreferenceLoss {
        /** Checks beta. */
        public SimPo {
            Checks.positive("beta", beta);
        }

        @Override
        public boolean usesReference() {
            return false;
        }

        @Override
        public double reward(double ratio, int length) {
            return beta * ratio / length;
        }

        @Override
        public Result of(Preference p) {
            double z = beta * (p.chosen() / p.chosenLength() - p.rejected() / p.rejectedLength()) - margin;
            double slope = -beta * Sigmoid.of(-z);
            return new Result(-Sigmoid.log(z), slope / p.chosenLength(), -slope / p.rejectedLength());
        }
    }

    /**
     * ORPO (arXiv 2403.07691), without a reference: mean negative log-probability of the chosen completion minus beta log
     * s(log odds chosen - log odds rejected), the odds being those of the mean log-probabilities.
     *
     * @param beta &gt; 0
     */
    record Orpo(double beta) implements PreferenceLoss {
        /** The odds of a completion that is certain are infinite; single precision does round to that. */
        private static final double LIKELIEST = -1e-9;

        /** Checks beta. */
        public Orpo {
            Checks.positive("beta", beta);
        }

        @Override
        public boolean usesReference() {
            return false;
        }

        @Override
        public double reward(double ratio, int length) {
            return beta * ratio / length;
        }

        @Override
        public Result of(Preference p) {
            double c = Math.min(p.chosen() / p.chosenLength(), LIKELIEST);
            double r = Math.min(p.rejected() / p.rejectedLength(), LIKELIEST);
            double z = logOdds(c) - logOdds(r);
            double slope = -beta * Sigmoid.of(-z);
            return new Result(
                    -c - beta * Sigmoid.log(z),
                    (-1 - slope / Math.expm1(c)) / p.chosenLength(),
                    slope / Math.expm1(r) / p.rejectedLength());
        }

        private static double logOdds(double logProb) {
            return logProb - Math.log(-Math.expm1(logProb));
        }
    }

    /**
     * CPO (arXiv 2401.08417), without a reference: DPO's loss on beta (log p chosen - log p rejected). Its likelihood term
     * is a cross-entropy that is added outside.
     *
     * @param beta &gt; 0
     * @param smoothing in [0, 0.5)
     */
    record Cpo(double beta, double smoothing) implements PreferenceLoss {
        /** Checks the numbers. */
        public Cpo {
            Checks.positive("beta", beta);
            Checks.range("smoothing", smoothing, 0, Math.nextDown(0.5));
        }

        @Override
        public boolean usesReference() {
            return false;
        }

        @Override
        public Result of(Preference p) {
            double z = beta * (p.chosen() - p.rejected());
            double slope = beta * smoothedSlope(z, smoothing);
            return new Result(smoothed(z, smoothing), slope, -slope);
        }
    }

    private static double smoothed(double z, double smoothing) {
        return -(1 - smoothing) * Sigmoid.log(z) - smoothing * Sigmoid.log(-z);
    }

    private static double smoothedSlope(double z, double smoothing) {
        return -(1 - smoothing) * Sigmoid.of(-z) + smoothing * Sigmoid.of(z);
    }
}
