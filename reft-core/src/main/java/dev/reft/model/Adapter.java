package dev.reft.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which parameters train. The type grows; callers keep a default branch. */
public sealed interface Adapter {
    /** All parameters. */
    record Full() implements Adapter {}

    /**
     * Low-rank adapters (LoRA, arXiv 2106.09685): W + scale B A, the base frozen.
     *
     * <p>Layers are named by their whole name or by the end of it after a dot, such as {@code q_proj} or {@code
     * self_attn.q_proj}.
     *
     * @param rank inner dimension, &gt;= 1
     * @param alpha scale's numerator, &gt; 0
     * @param targets names of the linear layers to adapt, such as {@code q_proj}, {@code v_proj}; {@code all-linear} for all
     *     but the head; not empty
     * @param rankStabilised whether the scale is alpha / sqrt(rank) (arXiv 2312.03732) instead of alpha / rank
     * @param ranks ranks of layers that have another; the first name that fits counts
     * @param alphas numerators of layers that have another; the first name that fits counts
     * @param saved names of modules (embedding, head, norms, linear layers) that train whole beside the adapters and are
     *     saved with them
     */
    record Lora(
            int rank,
            double alpha,
            List<String> targets,
            boolean rankStabilised,
            Map<String, Integer> ranks,
            Map<String, Double> alphas,
            List<String> saved)
            implements Adapter {
        /** What stands for all linear layers but the head. */
        public static final String ALL_LINEAR = "all-linear";

        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if a rank or an alpha is not positive or no target is named
         */
        public Lora {
            targets = List.copyOf(targets);
            saved = List.copyOf(saved);
            ranks = Collections.unmodifiableMap(new LinkedHashMap<>(ranks));
            alphas = Collections.unmodifiableMap(new LinkedHashMap<>(alphas));
            check("", rank, alpha);
            for (Map.Entry<String, Integer> one : ranks.entrySet()) {
                check(" of '" + one.getKey() + "'", one.getValue(), alpha);
            }
            for (Map.Entry<String, Double> one : alphas.entrySet()) {
                check(" of '" + one.getKey() + "'", rank, one.getValue());
            }
            if (targets.isEmpty()) {
                throw new IllegalArgumentException("targets must name at least one layer");
            }
        }

        /**
         * Adapters of one rank and alpha.
         *
         * @param rank inner dimension
         * @param alpha scale's numerator
         * @param targets names of the linear layers to adapt
         */
        public Lora(int rank, double alpha, List<String> targets) {
            this(rank, alpha, targets, false, Map.of(), Map.of(), List.of());
        }

        private static void check(String where, int rank, double alpha) {
            if (rank < 1 || !(alpha > 0) || Double.isInfinite(alpha)) {
                throw new IllegalArgumentException(
                        "rank " + rank + " and alpha " + alpha + where + " must be positive");
            }
        }

        /**
         * Whether a name in one of the lists means a layer.
         *
         * @param name as in {@link #targets}
         * @param layer the layer's whole name
         * @return whether it is the whole name or the end of it after a dot
         */
        public static boolean means(String name, String layer) {
            return layer.equals(name) || layer.endsWith("." + name);
        }

        /**
         * Whether a linear layer is adapted.
         *
         * @param layer its whole name
         * @return whether a target means it
         */
        public boolean adapts(String layer) {
            return targets.stream().anyMatch(target -> target.equals(ALL_LINEAR) || means(target, layer));
        }

        /**
         * Whether a module trains whole.
         *
         * @param module its whole name
         * @return whether one of the saved means it
         */
        public boolean saves(String module) {
            return saved.stream().anyMatch(name -> means(name, module));
        }

        /**
         * The rank of a layer's adapter.
         *
         * @param layer the layer's whole name
         * @return its own rank, or the common one
         */
        public int rankOf(String layer) {
            return first(ranks, layer, rank);
        }

        /**
         * What a layer's low-rank product is multiplied with.
         *
         * @param layer the layer's whole name
         * @return alpha over the rank, or over its root
         */
        public double scaleOf(String layer) {
            int divisor = rankOf(layer);
            return first(alphas, layer, alpha) / (rankStabilised ? Math.sqrt(divisor) : divisor);
        }

        private static <T> T first(Map<String, T> own, String layer, T common) {
            return own.entrySet().stream()
                    .filter(entry -> means(entry.getKey(), layer))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(common);
        }
    }
}
