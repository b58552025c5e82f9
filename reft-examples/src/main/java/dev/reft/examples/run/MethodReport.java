package dev.reft.examples.run;

import dev.reft.examples.view.Chart;
import dev.reft.examples.view.Curve;
import dev.reft.examples.view.HtmlReport;
import dev.reft.examples.view.ReportData;
import dev.reft.examples.view.ReportData.Contestant;
import dev.reft.examples.view.ReportData.Share;
import dev.reft.math.Accuracy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** All methods of a run on one page: accuracies, and what each of them followed against what was wanted. */
final class MethodReport {
    private static final double Z95 = 1.959963984540054;
    private static final List<String> COLORS =
            List.of("#8a94a6", "#d98a1f", "#7b4fc9", "#2f9e6e", "#c94f7c", "#b0522d", "#1f8fb3", "#a3a02a", "#3563e9");

    private final Stages stages;
    private final List<String> contestants;

    MethodReport(Stages stages, List<String> contestants) {
        this.stages = stages;
        this.contestants = contestants;
    }

    void write() throws IOException {
        List<Contestant> rows = new ArrayList<>();
        List<Curve> accuracies = new ArrayList<>();
        Map<String, String> facts = new LinkedHashMap<>();
        Map<String, Double> seconds = new LinkedHashMap<>();
        for (String name : contestants) {
            String color = COLORS.get(rows.size() % COLORS.size());
            rows.add(new Contestant(name, color, shares(name)));
            accuracies.add(accuracy(name, color));
            stages.folder().facts(name).ifPresent(known -> {
                facts.put(
                        name,
                        String.format(
                                Locale.ROOT,
                                "%s; %.0f MiB resident%s",
                                known.told(),
                                known.residentMegabytes(),
                                measures(known)));
                seconds.put(name, known.seconds());
            });
        }
        List<Chart> charts = new ArrayList<>();
        charts.add(new Chart("Accuracy on the way", "seconds", true, accuracies));
        for (String name : List.of("rlhf", "rlaif")) {
            StageLog log = log(name);
            if (contestants.contains(name) && !log.points().isEmpty()) {
                charts.addAll(followed(name, log));
            }
        }
        HtmlReport.write(
                new ReportData(
                        "Methods from one warm-up",
                        "Each method starts from the same warmed-up model and is tested on the same problems.",
                        rows,
                        charts,
                        List.of(),
                        List.of(),
                        facts,
                        seconds),
                stages.folder().path("methods.html"));
    }

    private static String measures(Facts facts) {
        StringBuilder text = new StringBuilder();
        facts.measures().forEach((name, value) -> text.append(String.format(Locale.ROOT, "; %s %.3g", name, value)));
        return text.toString();
    }

    private Map<String, Share> shares(String contestant) {
        Map<String, Share> shares = new LinkedHashMap<>();
        for (String set : stages.data().tests().keySet()) {
            List<Answer> answers = stages.folder().answers(Examiner.name(contestant, set));
            if (!answers.isEmpty()) {
                int right = Examiner.right(answers);
                Accuracy.Interval interval = Accuracy.wilson(right, answers.size(), Z95);
                shares.put(set, new Share(right, answers.size(), interval.low(), interval.high()));
            }
        }
        return shares;
    }

    private Curve accuracy(String name, String color) {
        List<StageLog.Check> checks = log(name).checks();
        return new Curve(
                name,
                color,
                checks.stream().map(StageLog.Check::seconds).toList(),
                checks.stream()
                        .map(c -> (double) c.right() / Math.max(1, c.total()))
                        .toList(),
                false);
    }

    /** What was followed beside what was wanted: where the first rises and the second falls, it is followed too far. */
    private static List<Chart> followed(String name, StageLog log) {
        return List.of(
                chart(name + ": the score that is followed", log, "objective/scores", "#3563e9", false),
                chart(name + ": what the hidden scorer says", log, "grade/part/hidden", "#2f9e6e", false),
                chart(
                        name + ": pairs ordered as the hidden scorer orders them",
                        log,
                        "grade/part/agrees",
                        "#c94f7c",
                        true),
                chart(name + ": KL from the warm-up, nats a completion", log, "objective/kl", "#8a94a6", false));
    }

    private static Chart chart(String title, StageLog log, String metric, String color, boolean percent) {
        List<StageLog.Point> points = log.points().stream()
                .filter(p -> p.metrics().containsKey(metric))
                .toList();
        return new Chart(
                title,
                "PPO step",
                percent,
                List.of(new Curve(
                        title,
                        color,
                        points.stream().map(p -> (double) p.step()).toList(),
                        points.stream()
                                .map(p -> p.metrics().getOrDefault(metric, Double.NaN))
                                .toList(),
                        true)));
    }

    private StageLog log(String stage) {
        return stages.folder().finished(stage).orElse(StageLog.EMPTY);
    }
}
