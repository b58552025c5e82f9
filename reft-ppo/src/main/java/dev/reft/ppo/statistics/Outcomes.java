package dev.reft.ppo.statistics;

import dev.reft.math.Accuracy;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * Which problems a model solved.
 *
 * @param right problem id to whether it is solved
 * @param ungraded ids of problems that could not be graded, which are in no count
 */
public record Outcomes(Map<String, Boolean> right, Set<String> ungraded) {
    /**
     * Copies both.
     *
     * @throws IllegalArgumentException if a problem is in both
     */
    public Outcomes {
        right = Collections.unmodifiableMap(new LinkedHashMap<>(right));
        ungraded = Set.copyOf(ungraded);
        for (String id : ungraded) {
            if (right.containsKey(id)) {
                throw new IllegalArgumentException("problem '" + id + "' is both graded and ungraded");
            }
        }
    }

    /**
     * Outcomes that were all graded.
     *
     * @param right problem id to whether it is solved
     * @return the outcomes
     */
    public static Outcomes of(Map<String, Boolean> right) {
        return new Outcomes(right, Set.of());
    }

    /**
     * Problems that count.
     *
     * @return how many
     */
    public int total() {
        return right.size();
    }

    /**
     * Problems that are solved.
     *
     * @return how many
     */
    public int solved() {
        return (int) right.values().stream().filter(solved -> solved).count();
    }

    /**
     * The share of problems solved.
     *
     * @return in [0, 1]; NaN if none counts
     */
    public double accuracy() {
        return (double) solved() / total();
    }

    /**
     * The accuracy with Wilson's score interval.
     *
     * @param level such as 0.95
     * @return the estimate
     * @throws IllegalArgumentException if no problem counts or the level is not between 0 and 1
     */
    public Estimate wilson(double level) {
        double z =
                new NormalDistribution(null, 0, 1).inverseCumulativeProbability((1 + Estimate.checkedLevel(level)) / 2);
        Accuracy.Interval interval = Accuracy.wilson(solved(), total(), z);
        return new Estimate(accuracy(), interval.low(), interval.high());
    }

    /**
     * The accuracy with a bootstrap interval over problems.
     *
     * @param bootstrap how to resample
     * @param level such as 0.95
     * @return the estimate
     * @throws IllegalArgumentException if no problem counts or the level is not between 0 and 1
     */
    public Estimate bootstrap(Bootstrap bootstrap, double level) {
        return bootstrap.mean(
                right.values().stream().mapToDouble(solved -> solved ? 1 : 0).toArray(), level);
    }
}
