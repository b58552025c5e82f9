package dev.reft.examples.tasks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each stage of a pipeline can do on the held-out problems, and what fell. Pure functions of its answers. */
final class StageTable {
    private final Map<String, Row> rows = new LinkedHashMap<>();

    /** A stage, and the stage before it; "" for none. */
    private record Row(Examination answers, String before) {}

    void add(String stage, Examination answers, String before) {
        if (!before.isEmpty() && !rows.containsKey(before)) {
            throw new IllegalArgumentException(
                    "stage '" + stage + "' comes after '" + before + "', which is not there");
        }
        rows.put(stage, new Row(answers, before));
    }

    static double maths(Examination answers) {
        return answers.part(StyledProblems.RIGHT, StyledProblems.MATHS + "/");
    }

    static double style(Examination answers) {
        return answers.part(StyledProblems.KEPT, StyledProblems.STYLE + "/");
    }

    /** Share of items whose answer is liked better than the other's; an equal score is half a win. */
    static double winRate(Examination answers, Examination other) {
        if (answers.answers().size() != other.answers().size()) {
            throw new IllegalArgumentException(answers.answers().size() + " answers against "
                    + other.answers().size());
        }
        double wins = 0;
        for (int i = 0; i < answers.answers().size(); i++) {
            Examination.Answer one = answers.answers().get(i);
            Examination.Answer two = other.answers().get(i);
            if (!one.id().equals(two.id())) {
                throw new IllegalArgumentException("answers to '" + one.id() + "' and '" + two.id() + "' are no pair");
            }
            wins += one.score() > two.score() ? 1 : one.score() == two.score() ? 0.5 : 0;
        }
        return wins / answers.answers().size();
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("| stage | after | maths % | constraints % | preferred to the stage before % | tokens |");
        lines.add("|---|---|---|---|---|---|");
        rows.forEach((stage, row) -> {
            Examination before = before(row);
            String preferred =
                    before == null ? "-" : String.format(Locale.ROOT, "%.1f", 100 * winRate(row.answers, before));
            lines.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.1f | %.1f | %s | %.1f |",
                    stage,
                    row.before.isEmpty() ? "-" : row.before,
                    100 * maths(row.answers),
                    100 * style(row.answers),
                    preferred,
                    row.answers.length()));
        });
        lines.add("");
        lines.addAll(fallen());
        return lines;
    }

    private @Nullable Examination before(Row row) {
        Row before = rows.get(row.before);
        return before == null ? null : before.answers;
    }

    private List<String> fallen() {
        List<String> lines = new ArrayList<>();
        rows.forEach((stage, row) -> {
            Examination before = before(row);
            if (before != null) {
                fell(lines, stage, row.before, "maths", maths(before), maths(row.answers));
                fell(lines, stage, row.before, "constraints", style(before), style(row.answers));
            }
        });
        if (lines.isEmpty()) {
            lines.add("No stage has less of maths or constraints than the stage before it.");
        }
        return lines;
    }

    private static void fell(List<String> lines, String stage, String before, String what, double then, double now) {
        if (now < then) {
            lines.add(String.format(
                    Locale.ROOT,
                    "Fell: %s, from %.1f %% after %s to %.1f %% after %s.",
                    what,
                    100 * then,
                    before,
                    100 * now,
                    stage));
        }
    }
}
