package dev.reft.ppo;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a step did, in numbers.
 *
 * @param step the step that was done, from 0
 * @param metrics name to number, in the order of names; names are TRL's, see {@link MetricNames}
 */
public record StepReport(long step, Map<String, Double> metrics) {
    /** Copies the map. */
    public StepReport {
        metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
    }

    /**
     * One metric.
     *
     * @param name its name
     * @return the number
     * @throws IllegalArgumentException if the report has no such metric; the message lists those it has
     */
    public double metric(String name) {
        Double value = metrics.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no metric '" + name + "'; the report has " + metrics.keySet());
        }
        return value;
    }
}
