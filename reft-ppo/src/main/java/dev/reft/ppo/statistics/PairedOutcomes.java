package dev.reft.ppo.statistics;

import dev.reft.math.Accuracy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Two models on the same problems. Pooled over seeds, a problem may occur several times.
 *
 * @param pairs one a problem and seed that counts for both
 */
public record PairedOutcomes(List<Pair> pairs) {
    /** Copies the list. */
    public PairedOutcomes {
        pairs = List.copyOf(pairs);
    }

    /**
     * A problem.
     *
     * @param id the problem's
     * @param first whether the first model solves it
     * @param second whether the second does
     */
    public record Pair(String id, boolean first, boolean second) {}

    /**
     * Pairs two models' outcomes; problems that are ungraded for one are left out.
     *
     * @param first of one model
     * @param second of another, on the same problems in any order
     * @return the pairs, in the order of the first
     * @throws IllegalArgumentException if a problem of one is missing in the other
     */
    public static PairedOutcomes of(Outcomes first, Outcomes second) {
        List<Pair> pairs = new ArrayList<>();
        TreeSet<String> missing = new TreeSet<>(second.right().keySet());
        missing.addAll(second.ungraded());
        TreeSet<String> strange = new TreeSet<>(first.right().keySet());
        strange.addAll(first.ungraded());
        TreeSet<String> common = new TreeSet<>(missing);
        common.retainAll(strange);
        missing.removeAll(common);
        strange.removeAll(common);
        if (!missing.isEmpty() || !strange.isEmpty()) {
            throw new IllegalArgumentException("two evaluations of different problems: only the first has " + strange
                    + ", only the second " + missing);
        }
        first.right().forEach((id, solved) -> {
            Boolean other = second.right().get(id);
            if (other != null) {
                pairs.add(new Pair(id, solved, other));
            }
        });
        return new PairedOutcomes(pairs);
    }

    /**
     * All pairs of several comparisons, such as one a seed.
     *
     * @param comparisons the comparisons
     * @return their pairs together
     */
    public static PairedOutcomes pooled(List<PairedOutcomes> comparisons) {
        return new PairedOutcomes(
                comparisons.stream().flatMap(c -> c.pairs().stream()).toList());
    }

    /**
     * Problems that only the first model solves.
     *
     * @return how many
     */
    public int firstOnly() {
        return (int) pairs.stream().filter(p -> p.first() && !p.second()).count();
    }

    /**
     * Problems that only the second model solves.
     *
     * @return how many
     */
    public int secondOnly() {
        return (int) pairs.stream().filter(p -> p.second() && !p.first()).count();
    }

    /**
     * How much more the first model solves.
     *
     * @return the difference of the shares, in [-1, 1]; NaN without pairs
     */
    public double difference() {
        return (double) (firstOnly() - secondOnly()) / pairs.size();
    }

    /**
     * McNemar's exact two-sided test. It takes all pairs for independent: pooled over seeds that answered the same problems it
     * is too sure, and {@link #bootstrapP} by problems is not.
     *
     * @return the p-value
     */
    public double mcNemar() {
        return Accuracy.mcNemar(firstOnly(), secondOnly());
    }

    /**
     * The difference with a paired bootstrap interval: problems are drawn, each with all its pairs.
     *
     * @param bootstrap how to resample
     * @param level such as 0.95
     * @return the estimate
     * @throws IllegalArgumentException if there is no pair or the level is not between 0 and 1
     */
    public Estimate difference(Bootstrap bootstrap, double level) {
        Clusters clusters = clusters();
        return bootstrap.mean(clusters.sums, clusters.counts, level);
    }

    /**
     * The paired bootstrap's two-sided test that both are equally good: problems are drawn, each with all its pairs.
     *
     * @param bootstrap how to resample
     * @return the p-value
     * @throws IllegalArgumentException if there is no pair
     */
    public double bootstrapP(Bootstrap bootstrap) {
        Clusters clusters = clusters();
        return bootstrap.p(clusters.sums, clusters.counts);
    }

    private Clusters clusters() {
        Map<String, Integer> place = new LinkedHashMap<>();
        pairs.forEach(pair -> place.putIfAbsent(pair.id(), place.size()));
        Clusters clusters = new Clusters(new double[place.size()], new int[place.size()]);
        for (Pair pair : pairs) {
            int at = place.getOrDefault(pair.id(), 0);
            clusters.sums[at] += (pair.first() ? 1 : 0) - (pair.second() ? 1 : 0);
            clusters.counts[at]++;
        }
        return clusters;
    }

    private static final class Clusters {
        final double[] sums;
        final int[] counts;

        Clusters(double[] sums, int[] counts) {
            this.sums = sums;
            this.counts = counts;
        }
    }
}
