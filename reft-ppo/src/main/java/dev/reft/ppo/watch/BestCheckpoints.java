package dev.reft.ppo.watch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which saved steps to keep: those with the best held-out scores, of equals the earlier.
 *
 * @param keep how many, &gt;= 1
 * @param entries the best first, at most {@code keep}
 */
public record BestCheckpoints(int keep, List<Entry> entries) {
    /** How many are kept unless the host says otherwise. */
    public static final int KEPT = 3;

    private static final Comparator<Entry> BEST_FIRST =
            Comparator.comparingDouble(Entry::score).reversed().thenComparingLong(Entry::step);

    /**
     * Checks and sorts.
     *
     * @throws IllegalArgumentException if {@code keep} is not positive or there are more entries, or a step occurs twice
     */
    public BestCheckpoints {
        entries = entries.stream().sorted(BEST_FIRST).toList();
        if (keep < 1 || entries.size() > keep) {
            throw new IllegalArgumentException("keep " + keep + " for " + entries.size() + " entries");
        }
        if (entries.stream().map(Entry::step).distinct().count() < entries.size()) {
            throw new IllegalArgumentException("a step occurs twice among " + entries);
        }
    }

    /**
     * None yet.
     *
     * @param keep how many to keep
     * @return an empty list
     */
    public static BestCheckpoints none(int keep) {
        return new BestCheckpoints(keep, List.of());
    }

    /**
     * A saved step.
     *
     * @param step the step, &gt;= 0
     * @param score its held-out score, finite, higher is better
     */
    public record Entry(long step, double score) {
        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if the step is negative or the score not finite
         */
        public Entry {
            if (step < 0 || !Double.isFinite(score)) {
                throw new IllegalArgumentException("step " + step + " with the score " + score);
            }
        }
    }

    /**
     * This list with one step more, which takes the place of an entry of the same step.
     *
     * @param entry the step
     * @return the best of all
     */
    public BestCheckpoints with(Entry entry) {
        List<Entry> more = new ArrayList<>(entries);
        more.removeIf(other -> other.step() == entry.step());
        more.add(entry);
        more.sort(BEST_FIRST);
        return new BestCheckpoints(keep, more.subList(0, Math.min(keep, more.size())));
    }

    /**
     * Whether a step is kept.
     *
     * @param step the step
     * @return true if so
     */
    public boolean keeps(long step) {
        return entries.stream().anyMatch(entry -> entry.step() == step);
    }

    /**
     * The best step before another.
     *
     * @param step the first that does not count
     * @return empty if none is kept
     */
    public Optional<Entry> bestBefore(long step) {
        return entries.stream().filter(entry -> entry.step() < step).findFirst();
    }
}
