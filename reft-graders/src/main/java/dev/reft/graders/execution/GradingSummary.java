package dev.reft.graders.execution;

import dev.reft.grading.Grade;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of some gradings; the three outcomes are counted apart.
 *
 * @param scored gradings with a score
 * @param none gradings that did not apply
 * @param failed gradings that failed
 * @param mean mean score, 0 if nothing was scored
 * @param parts mean of each part over the scores that have it
 * @param failures messages of the first failures, at most {@value #EXAMPLES}
 */
public record GradingSummary(
        int scored, int none, int failed, double mean, Map<String, Double> parts, List<String> failures) {
    /** How many failures are told. */
    public static final int EXAMPLES = 5;

    /** Copies both. */
    public GradingSummary {
        parts = Collections.unmodifiableMap(new TreeMap<>(parts));
        failures = List.copyOf(failures);
    }

    /**
     * Counts grades.
     *
     * @param grades any number
     * @return the summary
     */
    public static GradingSummary of(List<Grade> grades) {
        int scored = 0;
        int none = 0;
        double total = 0;
        Map<String, double[]> parts = new TreeMap<>();
        List<String> failures = new ArrayList<>();
        for (Grade grade : grades) {
            if (grade instanceof Grade.Score score) {
                scored++;
                total += score.value();
                score.parts().forEach((name, value) -> {
                    double[] sum = parts.computeIfAbsent(name, n -> new double[2]);
                    sum[0] += value;
                    sum[1]++;
                });
            } else if (grade instanceof Grade.None) {
                none++;
            } else if (grade instanceof Grade.Failed failed && failures.size() < EXAMPLES) {
                failures.add(String.valueOf(failed.cause()));
            }
        }
        Map<String, Double> means = new TreeMap<>();
        parts.forEach((name, sum) -> means.put(name, sum[0] / sum[1]));
        return new GradingSummary(
                scored, none, grades.size() - scored - none, scored == 0 ? 0 : total / scored, means, failures);
    }
}
