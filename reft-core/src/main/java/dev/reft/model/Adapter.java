package dev.reft.model;

import java.util.List;

/** Which parameters train. The type grows; callers keep a default branch. */
public sealed interface Adapter {
    /** All parameters. */
    record Full() implements Adapter {}

    /**
     * Low-rank adapters (LoRA, arXiv 2106.09685): W + alpha / rank * B A, the base frozen.
     *
     * @param rank inner dimension, &gt;= 1
     * @param alpha scale's numerator, &gt; 0
     * @param targets names of the linear layers to adapt, such as {@code q_proj}, {@code v_proj}; not empty
     */
    record Lora(int rank, double alpha, List<String> targets) implements Adapter {
        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if rank or alpha is not positive or no target is named
         */
        public Lora {
            targets = List.copyOf(targets);
            if (rank < 1 || !(alpha > 0) || Double.isInfinite(alpha)) {
                throw new IllegalArgumentException("rank " + rank + " and alpha " + alpha + " must be positive");
            }
            if (targets.isEmpty()) {
                throw new IllegalArgumentException("targets must name at least one layer");
            }
        }
    }
}
