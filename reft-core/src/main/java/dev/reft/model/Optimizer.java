package dev.reft.model;

/** The optimiser of a policy. The type grows; callers keep a default branch. */
public sealed interface Optimizer {
    /** Plain gradient descent: w - rate * g. */
    record Sgd() implements Optimizer {}

    /**
     * AdamW (arXiv 1711.05101) with decoupled weight decay; norms and biases are not decayed.
     *
     * @param beta1 decay of the first moment, in [0, 1)
     * @param beta2 decay of the second moment, in [0, 1)
     * @param epsilon added to the root of the second moment, &gt; 0
     * @param decay weight decay, &gt;= 0; each step scales weights by 1 - rate * decay
     */
    record AdamW(double beta1, double beta2, double epsilon, double decay) implements Optimizer {
        /** PyTorch's moments and epsilon (0.9, 0.999, 1e-8) without decay, as the ReFT code uses them. */
        public static final AdamW DEFAULT = new AdamW(0.9, 0.999, 1e-8, 0);

        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public AdamW {
            if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
                throw new IllegalArgumentException("beta1 " + beta1 + " and beta2 " + beta2 + " must be in [0, 1)");
            }
            if (!(epsilon > 0) || !(decay >= 0) || Double.isInfinite(epsilon) || Double.isInfinite(decay)) {
                throw new IllegalArgumentException("epsilon " + epsilon + " must be > 0 and decay " + decay + " >= 0");
            }
        }
    }
}
