package dev.reft.ppo.watch;

import dev.reft.ppo.StepReport;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was measured at a step.
 *
 * @param step the step, &gt;= 0
 * @param measures name to number; what was not measured is absent, and a number that is not finite is kept
 */
public record Observation(long step, Map<String, Double> measures) {
    /**
     * Copies the map.
     *
     * @throws IllegalArgumentException if the step is negative
     */
    public Observation {
        measures = Collections.unmodifiableMap(new TreeMap<>(measures));
        if (step < 0) {
            throw new IllegalArgumentException("step " + step + " must not be negative");
        }
    }

    /**
     * A step's metrics.
     *
     * @param report of a trainer
     * @return the observation
     */
    public static Observation of(StepReport report) {
        return new Observation(report.step(), report.metrics());
    }

    /**
     * This observation with more measures.
     *
     * @param more take the place of measures of the same name
     * @return the observation
     */
    public Observation with(Map<String, Double> more) {
        Map<String, Double> all = new TreeMap<>(measures);
        all.putAll(more);
        return new Observation(step, all);
    }

    /**
     * This observation with one more measure.
     *
     * @param name its name
     * @param value the number
     * @return the observation
     */
    public Observation with(String name, double value) {
        return with(Map.of(name, value));
    }
}
