package dev.reft.math;

import dev.reft.math.Preference.Result;

/** Preference losses that also say where each completion's own log-ratio should go. The type grows. */
public sealed interface AnchoredPreference extends PreferenceLoss {
    /**
     * APO-zero (arXiv 2408.06266): 1 - s(a) + s(b).
     *
     * @param beta &gt; 0
     */
    record ApoZero(double beta) implements AnchoredPreference {
        /** Checks beta. */
        public ApoZero {
            Checks.positive("beta", beta);
        }

        @Override
        public Result of(Preference p) {
            double a = beta * p.chosenRatio();
            double b = beta * p.rejectedRatio();
            return new Result(1 - Sigmoid.of(a) + Sigmoid.of(b), -beta * steepness(a), beta * steepness(b));
        }
    }

    /**
     * APO-down (arXiv 2408.06266): s(a) + 1 - s(z).
     *
     * @param beta &gt; 0
     */
    record ApoDown(double beta) implements AnchoredPreference {
        /** Checks beta. */
        public ApoDown {
            Checks.positive("beta", beta);
        }

        @Override
        public Result of(Preference p) {
            double a = beta * p.chosenRatio();
            double z = a - beta * p.rejectedRatio();
            return new Result(
                    Sigmoid.of(a) + 1 - Sigmoid.of(z), beta * (steepness(a) - steepness(z)), beta * steepness(z));
        }
    }

    /**
     * NCA (arXiv 2402.05369) on pairs: -log s(a) - 1/2 log s(-a) - 1/2 log s(-b).
     *
     * @param beta &gt; 0
     */
    record NcaPair(double beta) implements AnchoredPreference {
        /** Checks beta. */
        public NcaPair {
            Checks.positive("beta", beta);
        }

        @Override
        public Result of(Preference p) {
            double a = beta * p.chosenRatio();
            double b = beta * p.rejectedRatio();
            return new Result(
                    -Sigmoid.log(a) - 0.5 * Sigmoid.log(-a) - 0.5 * Sigmoid.log(-b),
                    beta * (0.5 * Sigmoid.of(a) - Sigmoid.of(-a)),
                    beta * 0.5 * Sigmoid.of(b));
        }
    }

    /**
     * BCO (arXiv 2404.04656) on pairs: -log s(a - delta) - log s(-(b - delta)).
     *
     * @param beta &gt; 0
     * @param delta running mean of the rewards a and b
     */
    record BcoPair(double beta, double delta) implements AnchoredPreference {
        /** Checks beta. */
        public BcoPair {
            Checks.positive("beta", beta);
        }

        @Override
        public Result of(Preference p) {
            double a = beta * p.chosenRatio() - delta;
            double b = beta * p.rejectedRatio() - delta;
            return new Result(-Sigmoid.log(a) - Sigmoid.log(-b), -beta * Sigmoid.of(-a), beta * Sigmoid.of(b));
        }
    }

    /**
     * SPPO with hard labels (arXiv 2405.00675): (dc - 1 / (2 beta))^2 + (dr + 1 / (2 beta))^2.
     *
     * @param beta &gt; 0
     */
    record SppoHard(double beta) implements AnchoredPreference {
        /** Checks beta. */
        public SppoHard {
            Checks.positive("beta", beta);
        }

        @Override
        public Result of(Preference p) {
            double c = p.chosenRatio() - 1 / (2 * beta);
            double r = p.rejectedRatio() + 1 / (2 * beta);
            return new Result(c * c + r * r, 2 * c, 2 * r);
        }
    }

    /**
     * EXO (arXiv 2402.00856) on pairs: s(z) (log s(z) - log(1 - e)) + s(-z) (log s(-z) - log e).
     *
     * @param beta &gt; 0
     * @param smoothing e, in (0, 0.5); 0, where log e would be infinite, is taken for 1e-3 as TRL does
     */
    record ExoPair(double beta, double smoothing) implements AnchoredPreference {
        /** Checks the numbers, and replaces a smoothing of 0. */
        public ExoPair {
            Checks.positive("beta", beta);
            smoothing = smoothing == 0 ? 1e-3 : smoothing;
            Checks.range("smoothing", smoothing, Double.MIN_NORMAL, Math.nextDown(0.5));
        }

        @Override
        public Result of(Preference p) {
            double z = beta * (p.chosenRatio() - p.rejectedRatio());
            double loss = Sigmoid.of(z) * (Sigmoid.log(z) - Math.log1p(-smoothing))
                    + Sigmoid.of(-z) * (Sigmoid.log(-z) - Math.log(smoothing));
            double slope = beta * steepness(z) * (z - Math.log1p(-smoothing) + Math.log(smoothing));
            return new Result(loss, slope, -slope);
        }
    }

    /**
     * DiscoPOP (arXiv 2406.08414): with m = s(z / tau), -(1 - m) log s(z) + m exp(-z).
     *
     * @param beta &gt; 0
     * @param tau &gt; 0; 0.05 in the paper
     */
    record DiscoPop(double beta, double tau) implements AnchoredPreference {
        /** Checks the numbers. */
        public DiscoPop {
            Checks.positive("beta", beta);
            Checks.positive("tau", tau);
        }

        @Override
        public Result of(Preference p) {
            double z = beta * (p.chosenRatio() - p.rejectedRatio());
            double m = Sigmoid.of(z / tau);
            // m exp(-z) by the sum of logarithms: the second factor alone overflows.
            double exponential = Math.exp(Sigmoid.log(z / tau) - z);
            double rise = Sigmoid.of(-z / tau) / tau;
            double loss = -(1 - m) * Sigmoid.log(z) + exponential;
            double slope = beta * (m * rise * Sigmoid.log(z) - (1 - m) * Sigmoid.of(-z) + exponential * (rise - 1));
            return new Result(loss, slope, -slope);
        }
    }

    /** s'(x) = s(x) s(-x). */
    private static double steepness(double x) {
        return Sigmoid.of(x) * Sigmoid.of(-x);
    }
}
