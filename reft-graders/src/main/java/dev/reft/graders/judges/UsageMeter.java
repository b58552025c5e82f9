package dev.reft.graders.judges;

import java.util.Map;
import java.util.TreeMap;

/** Counts what judges were asked and what that cost; thread-safe. Answers that held no verdict are counted too: they were paid. */
public final class UsageMeter {
    private final Map<String, Line> lines = new TreeMap<>();

    /**
     * What one model was asked.
     *
     * @param calls answers that came
     * @param failures attempts without one
     * @param usage tokens
     * @param cost in the currency of the prices
     */
    public record Line(long calls, long failures, TokenUsage usage, double cost) {
        private static final Line EMPTY = new Line(0, 0, TokenUsage.NONE, 0);
    }

    /** Counts an answer. */
    synchronized void answered(String model, TokenUsage usage, TokenPrice price) {
        Line line = lines.getOrDefault(model, Line.EMPTY);
        lines.put(model, new Line(line.calls + 1, line.failures, line.usage.plus(usage), line.cost + price.of(usage)));
    }

    /** Counts an attempt that brought no answer. */
    synchronized void failed(String model) {
        Line line = lines.getOrDefault(model, Line.EMPTY);
        lines.put(model, new Line(line.calls, line.failures + 1, line.usage, line.cost));
    }

    /**
     * What was counted so far.
     *
     * @return model -&gt; line, a copy
     */
    public synchronized Map<String, Line> lines() {
        return Map.copyOf(lines);
    }

    /**
     * What all models cost so far.
     *
     * @return the sum
     */
    public synchronized double cost() {
        return lines.values().stream().mapToDouble(Line::cost).sum();
    }
}
