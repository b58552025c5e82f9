package dev.reft.math;

/** How the coefficient of the KL penalty moves from step to step. The type grows; callers keep a default branch. */
public sealed interface KlController {
    /**
     * The coefficient of the first step.
     *
     * @return &gt;= 0
     */
    double initial();

    /**
     * The coefficient of the next step.
     *
     * @param coefficient the present one
     * @param kl the step's mean KL: mean over completions of the sum over tokens (OpenAI, TRL), or of the token mean
     *     (verl; the target is then smaller by about the length)
     * @param samples number of completions of the step
     * @return the next one
     */
    double next(double coefficient, double kl, long samples);

    /**
     * Stays as it is.
     *
     * @param initial the coefficient, finite, &gt;= 0
     */
    record Fixed(double initial) implements KlController {
        /**
         * Checks the coefficient.
         *
         * @throws IllegalArgumentException if it is negative or not finite
         */
        public Fixed {
            Checks.range("initial", initial, 0, Double.MAX_VALUE);
        }

        @Override
        public double next(double coefficient, double kl, long samples) {
            return coefficient;
        }
    }

    /**
     * Moves towards a target (arXiv 1909.08593, section 2.2): coefficient * (1 + clip(kl / target - 1, -0.2, 0.2) *
     * samples / horizon).
     *
     * <p>One bound is ours: the coefficient is never below 0. The published formula has none, and with more than 5 horizons of
     * samples in one step a KL far below the target would make the penalty a reward for leaving the reference. At 0 it stays 0, so
     * let the horizon be many steps long.
     *
     * @param initial the first coefficient, finite, &gt;= 0; 0 stays 0
     * @param target the KL aimed at, &gt; 0
     * @param horizon completions over which an error of 1 would double the coefficient, &gt; 0
     */
    record Adaptive(double initial, double target, double horizon) implements KlController {
        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public Adaptive {
            Checks.range("initial", initial, 0, Double.MAX_VALUE);
            Checks.positive("target", target);
            Checks.positive("horizon", horizon);
        }

        @Override
        public double next(double coefficient, double kl, long samples) {
            double error = Math.max(-0.2, Math.min(0.2, kl / target - 1));
            return coefficient * Math.max(0, 1 + error * samples / horizon);
        }
    }
}
