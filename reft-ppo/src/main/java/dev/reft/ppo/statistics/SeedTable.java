package dev.reft.ppo.statistics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * What several contestants (a method each) solved under several seeds.
 *
 * @param seeds name of the seed or run to contestant to its outcomes; every seed has the same contestants
 */
public record SeedTable(Map<String, Map<String, Outcomes>> seeds) {
    private static final double LEVEL = 0.95;

    /**
     * Copies the maps.
     *
     * @throws IllegalArgumentException if there is no seed, or two seeds have not the same contestants
     */
    public SeedTable {
        Map<String, Map<String, Outcomes>> copy = new LinkedHashMap<>();
        seeds.forEach((seed, results) -> copy.put(seed, Collections.unmodifiableMap(new LinkedHashMap<>(results))));
        seeds = Collections.unmodifiableMap(copy);
        if (seeds.isEmpty()) {
            throw new IllegalArgumentException("a table needs at least one seed");
        }
        Map.Entry<String, Map<String, Outcomes>> first =
                seeds.entrySet().iterator().next();
        seeds.forEach((seed, results) -> {
            if (!results.keySet().equals(first.getValue().keySet())) {
                throw new IllegalArgumentException(
                        "seed " + seed + " has the contestants " + results.keySet() + ", seed " + first.getKey()
                                + " has " + first.getValue().keySet());
            }
        });
    }

    /**
     * Runs an experiment once a seed, one after the other.
     *
     * @param seeds the seeds, all different
     * @param experiment what to do under a seed: contestant to its outcomes. A run that is to survive a kill keeps its own
     *     results and gives them again
     * @return the table
     * @throws IllegalArgumentException if a seed occurs twice, or contestants differ
     */
    public static SeedTable run(List<Long> seeds, LongFunction<Map<String, Outcomes>> experiment) {
        Map<String, Map<String, Outcomes>> table = new LinkedHashMap<>();
        for (long seed : seeds) {
            if (table.containsKey(String.valueOf(seed))) {
                throw new IllegalArgumentException("seed " + seed + " is given twice");
            }
            table.put(String.valueOf(seed), experiment.apply(seed));
        }
        return new SeedTable(table);
    }

    /**
     * The contestants.
     *
     * @return their names, in the order of the first seed
     */
    public List<String> contestants() {
        return List.copyOf(seeds.values().iterator().next().keySet());
    }

    /**
     * A contestant's accuracies.
     *
     * @param contestant its name
     * @return one a seed, in [0, 1]
     * @throws IllegalArgumentException if there is no such contestant
     */
    public double[] accuracies(String contestant) {
        return seeds.values().stream()
                .mapToDouble(results -> of(results, contestant).accuracy())
                .toArray();
    }

    /**
     * A contestant's mean accuracy with Student's 95 % interval over the seeds.
     *
     * @param contestant its name
     * @return the estimate, in shares
     * @throws IllegalArgumentException if there is no such contestant
     */
    public Estimate mean(String contestant) {
        return Student.mean(accuracies(contestant), LEVEL);
    }

    /**
     * Two contestants, seed by seed.
     *
     * @param first a contestant
     * @param second another
     * @return the comparison
     * @throws IllegalArgumentException if one is unknown, or they answered different problems under a seed
     */
    public Comparison compare(String first, String second) {
        List<PairedOutcomes> pairs = new ArrayList<>();
        seeds.values().forEach(results -> pairs.add(PairedOutcomes.of(of(results, first), of(results, second))));
        return new Comparison(accuracies(first), accuracies(second), pairs);
    }

    /**
     * Two contestants over the seeds.
     *
     * @param first accuracies of one, one a seed
     * @param second accuracies of the other
     * @param bySeed their problems, one comparison a seed
     */
    public record Comparison(double[] first, double[] second, List<PairedOutcomes> bySeed) {
        /** Copies the list. */
        public Comparison {
            bySeed = List.copyOf(bySeed);
        }

        /**
         * How much better the first is under each seed.
         *
         * @return differences of accuracies
         */
        public double[] differences() {
            return Student.differences(first, second);
        }

        /**
         * The mean difference with Student's 95 % interval over the seeds.
         *
         * @return the estimate, in shares
         */
        public Estimate mean() {
            return Student.mean(differences(), LEVEL);
        }

        /**
         * Student's paired t-test over the seeds.
         *
         * @return the two-sided p-value; NaN with one seed
         */
        public double tTest() {
            return first.length < 2 ? Double.NaN : Student.pairedP(first, second);
        }

        /**
         * All problems of all seeds.
         *
         * @return the pairs
         */
        public PairedOutcomes pooled() {
            return PairedOutcomes.pooled(bySeed);
        }
    }

    /**
     * The table in Markdown: a line a seed, the means (with one seed without an interval, which says so), and each contestant against the last one by the paired t-test over the
     * seeds, McNemar's test pooled over seeds and the bootstrap by problems.
     *
     * @return the lines
     */
    public List<String> markdown() {
        List<String> names = contestants();
        List<String> lines = new ArrayList<>();
        lines.add("| seed | " + String.join(" | ", names) + " |");
        lines.add("|---".repeat(names.size() + 1) + "|");
        seeds.forEach((seed, results) -> {
            StringBuilder line = new StringBuilder("| " + seed + " |");
            names.forEach(name -> line.append(String.format(
                    Locale.ROOT, " %.1f |", 100 * of(results, name).accuracy())));
            lines.add(line.toString());
        });
        StringBuilder means = new StringBuilder("| mean [95 %] |");
        names.forEach(name -> means.append(" ").append(mean(name).percent()).append(" |"));
        lines.add(means.toString());
        lines.add("");
        String last = names.get(names.size() - 1);
        for (String name : names.subList(0, names.size() - 1)) {
            lines.add(against(last, name));
        }
        return lines;
    }

    private String against(String first, String second) {
        Comparison comparison = compare(first, second);
        PairedOutcomes pooled = comparison.pooled();
        String overSeeds = seeds.size() == 1
                ? ""
                : String.format(Locale.ROOT, " over the seeds, t-test p = %.2g", comparison.tTest());
        return String.format(
                Locale.ROOT,
                "%s - %s: %s points%s; only one solves %d / %d, McNemar p = %.2g, bootstrap by problem %s, p = %.2g.",
                first,
                second,
                comparison.mean().percent(),
                overSeeds,
                pooled.firstOnly(),
                pooled.secondOnly(),
                pooled.mcNemar(),
                pooled.difference(Bootstrap.DEFAULT, LEVEL).percent(),
                pooled.bootstrapP(Bootstrap.DEFAULT));
    }

    private static Outcomes of(Map<String, Outcomes> results, String contestant) {
        Outcomes outcomes = results.get(contestant);
        if (outcomes == null) {
            throw new IllegalArgumentException(
                    "no contestant is called '" + contestant + "'; there are " + results.keySet());
        }
        return outcomes;
    }
}
