package dev.reft.math;

/**
 * Learning-rate schedules as factors on a base rate, as in the transformers library; step 0 is the first optimiser step.
 *
 * <p>With a warm-up the first step has rate 0, which is what those schedules do. The type grows.
 */
public sealed interface LearningRate {
    /**
     * The factor at a step.
     *
     * @param step the optimiser step, from 0
     * @return in [0, 1]
     */
    double factor(long step);

    /**
     * The rate at a step.
     *
     * @param base the base rate
     * @param step the optimiser step, from 0
     * @return base times factor
     */
    default double at(double base, long step) {
        return base * factor(step);
    }

    /**
     * Constant after a linear warm-up; what ReFT uses, without warm-up.
     *
     * @param warmup steps of warm-up, &gt;= 0
     */
    record Constant(long warmup) implements LearningRate {
        /** Checks the number of steps. */
        public Constant {
            Checks.atLeast("warmup", warmup, 0);
        }

        @Override
        public double factor(long step) {
            return warmingUp(step, warmup);
        }
    }

    /**
     * Linear to zero, after a linear warm-up.
     *
     * @param warmup steps of warm-up, &gt;= 0
     * @param total the step at which the rate is 0, &gt;= warmup
     */
    record Linear(long warmup, long total) implements LearningRate {
        /** Checks the numbers of steps. */
        public Linear {
            checkSteps(warmup, total);
        }

        @Override
        public double factor(long step) {
            return step < warmup ? warmingUp(step, warmup) : 1 - progress(step, warmup, total);
        }
    }

    /**
     * Half a cosine down to a least factor, after a linear warm-up.
     *
     * @param warmup steps of warm-up, &gt;= 0
     * @param total the step at which the least factor is reached, &gt;= warmup
     * @param least in [0, 1]
     */
    record Cosine(long warmup, long total, double least) implements LearningRate {
        /** Checks the numbers. */
        public Cosine {
            checkSteps(warmup, total);
            Checks.range("least", least, 0, 1);
        }

        @Override
        public double factor(long step) {
            return step < warmup
                    ? warmingUp(step, warmup)
                    : above(least, Shape.COSINE.left(progress(step, warmup, total)));
        }
    }

    /**
     * A power of the steps left, down to a least factor, after a linear warm-up.
     *
     * @param warmup steps of warm-up, &gt;= 0
     * @param total the step at which the least factor is reached, &gt;= warmup
     * @param power of the share of steps left, &gt; 0
     * @param least in [0, 1]
     */
    record Polynomial(long warmup, long total, double power, double least) implements LearningRate {
        /** Checks the numbers. */
        public Polynomial {
            checkSteps(warmup, total);
            Checks.positive("power", power);
            Checks.range("least", least, 0, 1);
        }

        @Override
        public double factor(long step) {
            return step < warmup
                    ? warmingUp(step, warmup)
                    : above(least, Math.pow(1 - progress(step, warmup, total), power));
        }
    }

    /**
     * One over the root of the step, after a linear warm-up. Without warm-up the time scale is 10,000 steps.
     *
     * @param warmup steps of warm-up, &gt;= 0
     */
    record InverseSquareRoot(long warmup) implements LearningRate {
        /** Checks the number of steps. */
        public InverseSquareRoot {
            Checks.atLeast("warmup", warmup, 0);
        }

        @Override
        public double factor(long step) {
            if (step < warmup) {
                return warmingUp(step, warmup);
            }
            double scale = warmup == 0 ? 10_000 : warmup;
            return Math.sqrt(scale / (step + scale - warmup));
        }
    }

    /**
     * A linear warm-up from the least factor, a plateau, and a decay to the least factor.
     *
     * @param warmup steps of warm-up, &gt;= 0
     * @param stable steps of the plateau, &gt;= 0
     * @param decay steps of the decay, &gt;= 0
     * @param least in [0, 1]
     * @param shape of the decay
     */
    record WarmupStableDecay(long warmup, long stable, long decay, double least, Shape shape) implements LearningRate {
        /** Checks the numbers. */
        public WarmupStableDecay {
            Checks.atLeast("warmup", warmup, 0);
            Checks.atLeast("stable", stable, 0);
            Checks.atLeast("decay", decay, 0);
            Checks.range("least", least, 0, 1);
        }

        @Override
        public double factor(long step) {
            if (step < warmup) {
                return above(least, warmingUp(step, warmup));
            }
            if (step < warmup + stable) {
                return 1;
            }
            long into = step - warmup - stable;
            return into >= decay ? least : above(least, shape.left((double) into / decay));
        }
    }

    /** The shape of a decay. */
    enum Shape {
        /** A straight line. */
        LINEAR,
        /** Half a cosine. */
        COSINE,
        /** One minus the root of the progress. */
        ONE_MINUS_ROOT;

        /**
         * How much is left.
         *
         * @param progress in [0, 1]
         * @return from 1 down to 0
         */
        public double left(double progress) {
            return switch (this) {
                case LINEAR -> 1 - progress;
                case COSINE -> 0.5 * (1 + Math.cos(Math.PI * progress));
                case ONE_MINUS_ROOT -> 1 - Math.sqrt(progress);
            };
        }
    }

    private static double warmingUp(long step, long warmup) {
        return step < warmup ? (double) step / warmup : 1;
    }

    private static double progress(long step, long warmup, long total) {
        return Math.min(1, (double) (step - warmup) / Math.max(1, total - warmup));
    }

    private static double above(double least, double factor) {
        return least + (1 - least) * factor;
    }

    private static void checkSteps(long warmup, long total) {
        Checks.atLeast("warmup", warmup, 0);
        Checks.atLeast("total", total, warmup);
    }
}
