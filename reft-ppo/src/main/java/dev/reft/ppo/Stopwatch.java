package dev.reft.ppo;

import java.util.Map;
import java.util.TreeMap;

/** Wall time by phase, in seconds. */
final class Stopwatch {
    private final Map<String, Double> seconds = new TreeMap<>();
    private long last = System.nanoTime();

    /** Forgets the time since the last lap. */
    void skip() {
        last = System.nanoTime();
    }

    /** Books the time since the last lap on a phase. */
    void lap(String phase) {
        long now = System.nanoTime();
        seconds.merge(phase, (now - last) * 1e-9, Double::sum);
        last = now;
    }

    /** Hands the times over, with their sum, and starts afresh. */
    void drain(Map<String, Double> metrics) {
        double total = 0;
        for (Map.Entry<String, Double> phase : seconds.entrySet()) {
            metrics.put("time/" + phase.getKey() + "_s", phase.getValue());
            total += phase.getValue();
        }
        metrics.put("time/total_s", total);
        seconds.clear();
    }
}
