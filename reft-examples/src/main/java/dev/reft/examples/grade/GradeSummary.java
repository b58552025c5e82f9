package dev.reft.examples.grade;

import dev.reft.graders.judges.TokenUsage;
import dev.reft.graders.openai.ErrorFlag;
import dev.reft.graders.openai.RunResult;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What many gradings came to. Used by one thread. */
public final class GradeSummary {
    private final Map<ErrorFlag, Integer> flags = new EnumMap<>(ErrorFlag.class);
    private final Map<String, Double> subSums = new TreeMap<>();
    private final Map<String, TokenUsage> usage = new TreeMap<>();
    private int rows;
    private int flagged;
    private int passed;
    private int judged;
    private double sum;
    private double seconds;
    private double slowest;

    void add(RunResult result) {
        rows++;
        sum += result.reward();
        seconds += result.seconds();
        slowest = Math.max(slowest, result.seconds());
        flagged += result.errors().isEmpty() ? 0 : 1;
        result.errors().flags().forEach(flag -> flags.merge(flag, 1, Integer::sum));
        result.subRewards().forEach((name, reward) -> subSums.merge(name, reward, Double::sum));
        result.usage().forEach((model, tokens) -> usage.merge(model, tokens, TokenUsage::plus));
        result.passed().ifPresent(yes -> {
            judged++;
            passed += yes ? 1 : 0;
        });
    }

    /**
     * Rows on which something failed.
     *
     * @return from 0 to the number of rows
     */
    public int flagged() {
        return flagged;
    }

    /**
     * The mean reward, flagged rows counting 0 as OpenAI counts them.
     *
     * @return 0 without rows
     */
    public double meanReward() {
        return rows == 0 ? 0 : sum / rows;
    }

    String line() {
        return String.format(Locale.ROOT, "reward %.4f  flagged %d", meanReward(), flagged);
    }

    /**
     * The summary for people.
     *
     * @return its lines
     */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(row("rows", rows));
        lines.add(row("mean reward", meanReward()));
        if (flagged > 0 && flagged < rows) {
            lines.add(row("  without flagged", sum / (rows - flagged)));
        }
        subSums.forEach((name, total) -> lines.add(row("  " + name, total / rows)));
        if (judged > 0) {
            lines.add(row("passed", passed) + " of " + judged);
        }
        lines.add(row("flagged", flagged));
        flags.forEach((flag, count) -> lines.add(row("  " + flag.key(), count)));
        usage.forEach((model, tokens) ->
                lines.add(row("tokens of " + model, tokens.prompt()) + " read, " + tokens.completion() + " written"));
        lines.add(row("seconds a row", rows == 0 ? 0 : seconds / rows)
                + String.format(Locale.ROOT, " (slowest %.4f)", slowest));
        return lines;
    }

    private static String row(String name, long value) {
        return String.format(Locale.ROOT, "%-28s %d", name, value);
    }

    private static String row(String name, double value) {
        return String.format(Locale.ROOT, "%-28s %.4f", name, value);
    }
}
