package dev.reft.examples.run;

import dev.reft.ppo.evaluation.Diversity;
import dev.reft.ppo.statistics.Bootstrap;
import dev.reft.ppo.statistics.Estimate;
import dev.reft.ppo.statistics.Outcomes;
import dev.reft.ppo.statistics.PairedOutcomes;
import dev.reft.ppo.statistics.SeedTable;
import dev.reft.ppo.statistics.Student;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What methods came to over several seeds: means, and ReFT against each.
 *
 * @param seeds seed to what came of it; at least one, all of the same contestants
 */
record MethodSeeds(Map<String, MethodResult> seeds) {
    static final double LEVEL = 0.95;

    private static final Map<String, String> TITLES = new LinkedHashMap<>();

    static {
        TITLES.put(Stages.WARM_UP, "Warm-up (SFT)");
        TITLES.put(Stages.SFT, "SFT continued");
        TITLES.put("offline-st", "Offline-ST");
        TITLES.put("online-st", "Online-ST");
        TITLES.put("dpo", "DPO");
        TITLES.put("rlhf", "RLHF");
        TITLES.put("rlaif", "RLAIF");
        TITLES.put("rlvr", "RLVR (GRPO, 1 or 0)");
        TITLES.put(Stages.PPO, "ReFT (PPO)");
    }

    MethodSeeds {
        seeds = Collections.unmodifiableMap(new LinkedHashMap<>(seeds));
        if (seeds.isEmpty()) {
            throw new IllegalArgumentException("a comparison needs at least one seed");
        }
    }

    static String title(String contestant) {
        return TITLES.getOrDefault(contestant, contestant);
    }

    int size() {
        return seeds.size();
    }

    List<String> contestants() {
        return seeds.values().iterator().next().contestants();
    }

    /** Answers that stood for choice at each problem under every seed; 0 without a vote. */
    int votes() {
        return seeds.values().stream().mapToInt(MethodResult::votes).min().orElse(0);
    }

    SeedTable greedy() {
        return table(MethodResult.Entry::greedy);
    }

    SeedTable voted() {
        return table(entry -> entry.voted().orElseThrow());
    }

    SeedTable reranked() {
        return table(entry -> entry.reranked().orElseThrow());
    }

    private SeedTable table(Function<MethodResult.Entry, Outcomes> part) {
        Map<String, Map<String, Outcomes>> all = new LinkedHashMap<>();
        seeds.forEach((seed, result) -> {
            Map<String, Outcomes> own = new LinkedHashMap<>();
            result.contestants().forEach(name -> own.put(name, part.apply(result.entry(name))));
            all.put(seed, own);
        });
        return new SeedTable(all);
    }

    /** The mean of a cost over the seeds. */
    Estimate fact(String contestant, ToDoubleFunction<Facts> number) {
        return mean(
                contestant, entry -> entry.facts().map(number::applyAsDouble).orElse(Double.NaN));
    }

    /** The mean of a measure of diversity over the seeds. */
    Estimate different(String contestant, ToDoubleFunction<Diversity> number) {
        return mean(
                contestant,
                entry -> entry.diversity().map(number::applyAsDouble).orElse(Double.NaN));
    }

    private Estimate mean(String contestant, ToDoubleFunction<MethodResult.Entry> number) {
        return Student.mean(
                seeds.values().stream()
                        .mapToDouble(result -> number.applyAsDouble(result.entry(contestant)))
                        .toArray(),
                LEVEL);
    }

    /** ReFT and another on all problems of all seeds. */
    PairedOutcomes pooled(String contestant) {
        return greedy().compare(Stages.PPO, contestant).pooled();
    }

    /** Labels by kind, as the mean over seeds: seeds differ a little where answers are the same or equally good. */
    Map<String, Long> labels(String contestant) {
        Map<String, Long> sums = new LinkedHashMap<>();
        for (MethodResult result : seeds.values()) {
            result.entry(contestant)
                    .facts()
                    .ifPresent(facts ->
                            facts.labels().forEach((kind, count) -> sums.merge(kind, (long) count, Long::sum)));
        }
        sums.replaceAll((kind, sum) -> Math.round((double) sum / seeds.size()));
        return sums;
    }

    /** The means of what else is known of a method. */
    Map<String, Double> further(String contestant) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (MethodResult result : seeds.values()) {
            result.entry(contestant)
                    .facts()
                    .ifPresent(facts -> facts.measures()
                            .forEach((name, value) -> values.computeIfAbsent(name, k -> new ArrayList<>())
                                    .add(value)));
        }
        Map<String, Double> means = new LinkedHashMap<>();
        values.forEach((name, all) -> means.put(
                name, all.stream().mapToDouble(value -> value).average().orElse(Double.NaN)));
        return means;
    }

    /** All of it for programs: numbers as they are, shares in [0, 1]. */
    Map<String, Object> numbers() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("seeds", List.copyOf(seeds.keySet()));
        all.put("votes", votes());
        all.put("methods", contestants().stream().map(this::numbers).toList());
        return all;
    }

    private Map<String, Object> numbers(String name) {
        Map<String, Object> method = new LinkedHashMap<>();
        method.put("method", name);
        method.put("title", title(name));
        method.put("greedy", numbers(greedy().mean(name)));
        method.put("greedyBySeed", greedy().accuracies(name));
        if (votes() > 0) {
            method.put("vote", numbers(voted().mean(name)));
            method.put("rerank", numbers(reranked().mean(name)));
            method.put("differentAnswers", numbers(different(name, Diversity::answers)));
            method.put("differentTexts", numbers(different(name, Diversity::texts)));
            method.put("distinct2", numbers(different(name, Diversity::distinct2)));
        }
        method.put("labels", labels(name));
        method.put("seconds", numbers(fact(name, Facts::seconds)));
        method.put("residentMiB", numbers(fact(name, Facts::residentMegabytes)));
        if (!name.equals(Stages.PPO)) {
            method.put("reftLessIt", tests(name));
        }
        method.put("further", further(name));
        return method;
    }

    private Map<String, Object> tests(String name) {
        PairedOutcomes pairs = pooled(name);
        Map<String, Object> tests = numbers(pairs.difference(Bootstrap.DEFAULT, LEVEL));
        tests.put("onlyReft", pairs.firstOnly());
        tests.put("onlyIt", pairs.secondOnly());
        tests.put("mcNemarP", pairs.mcNemar());
        tests.put("bootstrapP", pairs.bootstrapP(Bootstrap.DEFAULT));
        if (seeds.size() > 1) {
            tests.put("tTestP", greedy().compare(Stages.PPO, name).tTest());
        }
        return tests;
    }

    /** Without an interval where there is one seed. */
    private static Map<String, Object> numbers(Estimate estimate) {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("mean", estimate.value());
        if (!Double.isInfinite(estimate.low())) {
            numbers.put("low", estimate.low());
            numbers.put("high", estimate.high());
        }
        return numbers;
    }
}
