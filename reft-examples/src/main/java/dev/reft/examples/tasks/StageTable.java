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
    private record Row(Examined stage, String before) {
        Examination answers() {
            return stage.answers();
        }
    }

    /**
     * What was measured of a stage.
     *
     * @param answers to the held-out problems
     * @param kl nats a completion to the stage before it; NaN if it was not measured
     * @param offTask mean log-probability of texts that are not trained on; NaN if it was not measured
     */
    record Examined(Examination answers, double kl, double offTask) {}

    void add(String stage, Examined examined, String before) {
        if (!before.isEmpty() && !rows.containsKey(before)) {
            throw new IllegalArgumentException(
                    "stage '" + stage + "' comes after '" + before + "', which is not there");
        }
        rows.put(stage, new Row(examined, before));
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
        lines.add("| stage | after | maths % | constraints % | liked | preferred to the stage before % | tokens"
                + " | KL to the stage before | off task |");
        lines.add("|---|---|---|---|---|---|---|---|---|");
        rows.forEach((stage, row) -> {
            Examination before = before(row);
            String preferred =
                    before == null ? "-" : String.format(Locale.ROOT, "%.1f", 100 * winRate(row.answers(), before));
            lines.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.1f | %.1f | %.3f | %s | %.1f | %s | %s |",
                    stage,
                    row.before.isEmpty() ? "-" : row.before,
                    100 * maths(row.answers()),
                    100 * style(row.answers()),
                    row.answers().score(),
                    preferred,
                    row.answers().length(),
                    number(row.stage.kl()),
                    number(row.stage.offTask())));
        });
        lines.add("");
        lines.addAll(fallen());
        return lines;
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }

    private @Nullable Examination before(Row row) {
        Row before = rows.get(row.before);
        return before == null ? null : before.answers();
    }

    private List<String> fallen() {
        List<String> lines = new ArrayList<>();
        rows.forEach((stage, row) -> {
            Row parent = rows.get(row.before);
            if (parent != null) {
                Examination before = parent.answers();
                fell(lines, stage, row.before, "maths", "%.1f %%", 100 * maths(before), 100 * maths(row.answers()));
                fell(
                        lines,
                        stage,
                        row.before,
                        "constraints",
                        "%.1f %%",
                        100 * style(before),
                        100 * style(row.answers()));
                fell(
                        lines,
                        stage,
                        row.before,
                        "liked",
                        "%.3f",
                        before.score(),
                        row.answers().score());
                // The log-probability of texts that are not trained on: what the model forgets.
                fell(lines, stage, row.before, "off task", "%.3f", parent.stage.offTask(), row.stage.offTask());
                double preferred = winRate(row.answers(), before);
                if (preferred < 0.5) {
                    lines.add(String.format(
                            Locale.ROOT,
                            "Fell: preference, the answers of %s are preferred to those of %s for %.1f %% of the items.",
                            stage,
                            row.before,
                            100 * preferred));
                }
            }
        });
        if (lines.isEmpty()) {
            lines.add(
                    "No stage has less of maths, constraints, liking, preference or texts off task than the stage before it.");
        }
        return lines;
    }

    private static void fell(
            List<String> lines, String stage, String before, String what, String format, double then, double now) {
        if (now < then) {
            lines.add(String.format(
                    Locale.ROOT,
                    "Fell: %s, from " + format + " after %s to " + format + " after %s.",
                    what,
                    then,
                    before,
                    now,
                    stage));
        }
    }
}
