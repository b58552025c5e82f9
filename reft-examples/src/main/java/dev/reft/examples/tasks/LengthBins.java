package dev.reft.examples.tasks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What stages make of answers that were short, middling and long before: the held-out items in thirds by the length of the answer that the
 * stage before gave, with lengths and preferences of each stage's answers to them. Pure functions of the answers.
 */
final class LengthBins {
    private static final List<String> NAMES = List.of("short", "middle", "long");

    private LengthBins() {}

    /**
     * A table.
     *
     * @param before the stage that all come after
     * @param base its answers
     * @param stages answers to the same items, by the stages' names
     */
    static List<String> lines(String before, Examination base, Map<String, Examination> stages) {
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder("| answers of " + before + " were | items | tokens then");
        StringBuilder rule = new StringBuilder("|---|---|---");
        for (String stage : stages.keySet()) {
            head.append(" | tokens after ").append(stage).append(" | preferred %");
            rule.append("|---|---");
        }
        lines.add(head + " |");
        lines.add(rule + "|");
        List<Integer> order = IntStream.range(0, base.answers().size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> base.answers().get(i).tokens()))
                .toList();
        for (int bin = 0; bin < NAMES.size(); bin++) {
            List<Integer> items =
                    order.subList(order.size() * bin / NAMES.size(), order.size() * (bin + 1) / NAMES.size());
            Examination then = some(base, items);
            StringBuilder line = new StringBuilder(
                    String.format(Locale.ROOT, "| %s | %d | %.1f", NAMES.get(bin), items.size(), then.length()));
            stages.forEach((stage, answers) -> {
                Examination now = some(answers, items);
                line.append(String.format(
                        Locale.ROOT, " | %.1f | %.1f", now.length(), 100 * StageTable.winRate(now, then)));
            });
            lines.add(line + " |");
        }
        return lines;
    }

    private static Examination some(Examination all, List<Integer> items) {
        return new Examination(items.stream().map(all.answers()::get).toList());
    }
}
