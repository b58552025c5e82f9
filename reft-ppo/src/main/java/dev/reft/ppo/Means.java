package dev.reft.ppo;

import dev.reft.objective.Sums;
import java.util.Map;
import java.util.TreeMap;

/** Metrics of optimiser steps, each exact over its rows, averaged over the steps of an update. */
final class Means {
    private final Map<String, Double> totals = new TreeMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private double lastKl;
    private double firstDistance = Double.NaN;
    private double largestNorm = Double.NaN;

    void take(Map<String, Double> sums, boolean criticOnly, boolean first) {
        double tokens = sums.getOrDefault(Sums.TOKENS, 0.0);
        double states = sums.getOrDefault(Sums.STATES, 0.0);
        if (!criticOnly && tokens > 0) {
            lastKl = sums.getOrDefault(Sums.APPROXIMATE_KL_K3, 0.0) / tokens;
            double ratio = sums.getOrDefault(Sums.RATIO, 0.0) / tokens;
            add("policy/approxkl_avg", sums.getOrDefault(Sums.APPROXIMATE_KL_K2, 0.0) / tokens);
            add("policy/approxkl_k1_avg", sums.getOrDefault(Sums.APPROXIMATE_KL_K1, 0.0) / tokens);
            add("policy/approxkl_k3_avg", lastKl);
            add("policy/clipfrac_avg", sums.getOrDefault(Sums.CLIPPED, 0.0) / tokens);
            add("policy/dual_clipfrac_avg", sums.getOrDefault(Sums.DUAL_CLIPPED, 0.0) / tokens);
            add("loss/policy_avg", sums.getOrDefault(Sums.POLICY_LOSS, 0.0));
            add("val/ratio", ratio);
            add("val/ratio_var", Math.max(0, sums.getOrDefault(Sums.RATIO_SQUARED, 0.0) / tokens - ratio * ratio));
            if (sums.containsKey(Sums.ENTROPY)) {
                add("policy/entropy_avg", sums.get(Sums.ENTROPY) / tokens);
            }
            if (sums.containsKey(Sums.KL_PENALTY)) {
                add("loss/kl_avg", sums.get(Sums.KL_PENALTY));
            }
            if (first) {
                firstDistance = sums.getOrDefault(Sums.RATIO_DISTANCE, 0.0) / tokens;
            }
        }
        if (states > 0) {
            add("loss/value_avg", sums.getOrDefault(Sums.VALUE_LOSS, 0.0));
            add("val/clipfrac_avg", sums.getOrDefault(Sums.VALUE_CLIPPED, 0.0) / states);
        }
    }

    void gradient(double norm) {
        add("gradient/norm_avg", norm);
        largestNorm = Double.isNaN(largestNorm) ? norm : Math.max(largestNorm, norm);
    }

    /** K3 estimate of how far the last step's rows are from the old policy. */
    double lastKl() {
        return lastKl;
    }

    void report(Map<String, Double> metrics) {
        totals.forEach((name, total) -> metrics.put(name, total / counts.getOrDefault(name, 1)));
        if (!Double.isNaN(firstDistance)) {
            metrics.put("val/first_ratio_distance", firstDistance);
        }
        if (!Double.isNaN(largestNorm)) {
            metrics.put("gradient/norm_max", largestNorm);
        }
    }

    private void add(String name, double value) {
        totals.merge(name, value, Double::sum);
        counts.merge(name, 1, Integer::sum);
    }
}
