package dev.reft.objective;

import java.util.LinkedHashMap;
import java.util.Map;

/** Sums under names. */
final class Accumulator {
    private final Map<String, Double> sums = new LinkedHashMap<>();

    void add(String name, double amount) {
        sums.merge(name, amount, Double::sum);
    }

    void addAll(Map<String, Double> more) {
        more.forEach(this::add);
    }

    Map<String, Double> sums() {
        return Map.copyOf(sums);
    }
}
