package dev.reft.examples.run;

import dev.reft.examples.view.Chart;
import dev.reft.examples.view.Curve;
import dev.reft.examples.view.ReportData;
import dev.reft.examples.view.ReportData.Contestant;
import dev.reft.examples.view.ReportData.Sample;
import dev.reft.examples.view.ReportData.Share;
import dev.reft.grading.Prompt;
import dev.reft.math.Accuracy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts what a run left behind into a report. */
final class RunReport {
    private static final double Z95 = 1.959963984540054;
    private static final String GREY = "#8a94a6";
    private static final String ORANGE = "#d98a1f";
    private static final String BLUE = "#3563e9";
    private static final String LIGHT = "#b9c1cd";

    private static final Map<String, String> NAMES = new LinkedHashMap<>();
    private static final Map<String, String> COLORS =
            Map.of(ReftRun.UNTUNED, LIGHT, ReftRun.WARM_UP, GREY, ReftRun.SFT, ORANGE, ReftRun.PPO, BLUE);

    static {
        NAMES.put(ReftRun.UNTUNED, "Untuned");
        NAMES.put(ReftRun.WARM_UP, "Warm-up");
        NAMES.put(ReftRun.SFT, "SFT continued");
        NAMES.put(ReftRun.PPO, "ReFT");
    }

    private final RunPlan plan;
    private final RunFolder folder;
    private final RunData data;
    private final Examiner examiner;

    RunReport(RunPlan plan, RunFolder folder, RunData data, Examiner examiner) {
        this.plan = plan;
        this.folder = folder;
        this.data = data;
        this.examiner = examiner;
    }

    ReportData data() {
        List<Contestant> contestants = new ArrayList<>();
        NAMES.forEach((key, name) -> {
            Map<String, Share> shares = shares(key);
            if (!shares.isEmpty()) {
                contestants.add(new Contestant(name, color(key), shares));
            }
        });
        Moments moments = moments();
        return new ReportData(
                "ReFT inside the JVM",
                lead(),
                contestants,
                charts(),
                moments.names(),
                moments.samples(),
                facts(),
                seconds());
    }

    /** The comparison as lines for the terminal. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        NAMES.forEach((key, name) -> {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-14s", name));
            shares(key)
                    .forEach((set, share) -> line.append(String.format(
                            Locale.ROOT,
                            "  %5.1f %% [%4.1f, %4.1f] of %d %s",
                            100 * share.value(),
                            100 * share.low(),
                            100 * share.high(),
                            share.total(),
                            set)));
            if (!shares(key).isEmpty()) {
                lines.add(line.toString());
            }
        });
        lines.add(comparison());
        return lines;
    }

    private Map<String, Share> shares(String contestant) {
        Map<String, Share> shares = new LinkedHashMap<>();
        for (String set : data.tests().keySet()) {
            List<Answer> answers = folder.answers(Examiner.name(contestant, set));
            if (!answers.isEmpty()) {
                int right = Examiner.right(answers);
                Accuracy.Interval interval = Accuracy.wilson(right, answers.size(), Z95);
                shares.put(set, new Share(right, answers.size(), interval.low(), interval.high()));
            }
        }
        return shares;
    }

    private String lead() {
        return "A model learns to answer word problems: first by imitating "
                + data.examples().size()
                + " chains of thought (warm-up), then by PPO on "
                + data.prompts().size()
                + " questions with checked answers (ReFT). To compare, the warm-up goes on for as long as PPO took. "
                + comparison();
    }

    private String comparison() {
        return paired(ReftRun.PPO, ReftRun.WARM_UP) + " " + paired(ReftRun.PPO, ReftRun.SFT);
    }

    private String paired(String first, String second) {
        Map<String, Boolean> others = new LinkedHashMap<>();
        answers(second).forEach(answer -> others.put(answer.id(), answer.right()));
        int firstOnly = 0;
        int secondOnly = 0;
        for (Answer answer : answers(first)) {
            boolean other = others.getOrDefault(answer.id(), false);
            firstOnly += answer.right() && !other ? 1 : 0;
            secondOnly += other && !answer.right() ? 1 : 0;
        }
        return String.format(
                Locale.ROOT,
                "%s against %s: %d problems only the first solves, %d only the second (McNemar p = %.2g).",
                NAMES.get(first),
                NAMES.get(second),
                firstOnly,
                secondOnly,
                Accuracy.mcNemar(firstOnly, secondOnly));
    }

    private List<Answer> answers(String contestant) {
        return folder.answers(Examiner.name(contestant, RunData.TEST));
    }

    private List<Chart> charts() {
        StageLog ppo = log(ReftRun.PPO);
        StageLog sft = log(ReftRun.SFT);
        List<Chart> charts = new ArrayList<>();
        charts.add(new Chart(
                "Accuracy on " + examiner.check(ReftRun.WARM_UP, 0, 0).total() + " test problems",
                "seconds of training after the warm-up",
                true,
                List.of(accuracy("ReFT", ReftRun.PPO, ppo), accuracy("SFT continued", ReftRun.SFT, sft))));
        charts.add(steps("Reward", ppo, "objective/scores", false));
        charts.add(steps("Right answers among the samples", ppo, "grade/part/correct", true));
        charts.add(steps("KL from the warm-up, nats a completion", ppo, "objective/kl", false));
        charts.add(steps("Tokens of a completion", ppo, "response/length_mean", false));
        charts.add(steps("Surprise, nats a completion", ppo, "objective/entropy", false));
        charts.add(steps("Policy loss", ppo, "loss/policy_avg", false));
        charts.add(steps("Value loss", ppo, "loss/value_avg", false));
        charts.add(steps("Explained variance of the values", ppo, "value/explained_variance", false));
        charts.add(steps("Clipped share of the ratios", ppo, "policy/clipfrac_avg", true));
        charts.add(new Chart(
                "Supervised loss, nats a token",
                "seconds of training",
                false,
                List.of(
                        loss("warm-up", GREY, log(ReftRun.WARM_UP), 0),
                        loss("continued", ORANGE, sft, log(ReftRun.WARM_UP).seconds()))));
        return charts;
    }

    private Curve accuracy(String name, String stage, StageLog log) {
        List<StageLog.Check> checks = new ArrayList<>();
        checks.add(examiner.check(ReftRun.WARM_UP, 0, 0));
        checks.addAll(log.checks());
        checks.add(examiner.check(stage, 0, log.seconds()));
        return new Curve(
                name,
                color(stage),
                checks.stream().map(StageLog.Check::seconds).toList(),
                checks.stream()
                        .map(c -> (double) c.right() / Math.max(1, c.total()))
                        .toList(),
                false);
    }

    private static Chart steps(String title, StageLog log, String metric, boolean percent) {
        List<StageLog.Point> points = log.points().stream()
                .filter(p -> p.metrics().containsKey(metric))
                .toList();
        Curve curve = new Curve(
                title,
                BLUE,
                points.stream().map(p -> (double) p.step()).toList(),
                points.stream()
                        .map(p -> p.metrics().getOrDefault(metric, Double.NaN))
                        .toList(),
                true);
        return new Chart(title, "PPO step", percent, List.of(curve));
    }

    private static Curve loss(String name, String color, StageLog log, double shift) {
        return new Curve(
                name,
                color,
                log.points().stream().map(p -> p.seconds() + shift).toList(),
                log.points().stream()
                        .map(p -> p.metrics().getOrDefault("loss", Double.NaN))
                        .toList(),
                true);
    }

    private record Moments(List<String> names, List<Sample> samples) {}

    private Moments moments() {
        Map<String, List<Answer>> moments = new LinkedHashMap<>();
        moments.put("after the warm-up", examiner.check(ReftRun.WARM_UP, 0, 0).shown());
        List<StageLog.Check> checks = log(ReftRun.PPO).checks();
        int most = Math.min(3, checks.size());
        for (int i = 0; i < most; i++) {
            StageLog.Check check = checks.get((i + 1) * checks.size() / (most + 1));
            moments.put("PPO, step " + check.step(), check.shown());
        }
        moments.put("after PPO (ReFT)", examiner.check(ReftRun.PPO, 0, 0).shown());
        moments.put("SFT continued", examiner.check(ReftRun.SFT, 0, 0).shown());
        List<Sample> samples = new ArrayList<>();
        for (Prompt prompt : examiner.shown()) {
            List<ReportData.Answer> answers = new ArrayList<>();
            moments.values()
                    .forEach(shown -> answers.add(shown.stream()
                            .filter(a -> a.id().equals(prompt.id()))
                            .findFirst()
                            .map(a -> new ReportData.Answer(a.text(), a.right()))
                            .orElse(new ReportData.Answer("", false))));
            samples.add(new Sample(question(prompt), prompt.reference(), answers));
        }
        return new Moments(List.copyOf(moments.keySet()), samples);
    }

    private static String question(Prompt prompt) {
        return prompt.input() instanceof Prompt.Input.Text text
                ? text.text()
                        .replace("\nAnswer reasoning:\n", "")
                        .replace("Question:\n", "")
                        .replace(" =>", "")
                : prompt.id();
    }

    private Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        RunPlan.ModelPlan model = plan.model();
        facts.put(
                "Model",
                (model.embedded() ? "embedded, from random weights" : model.path()) + ", " + model.precision() + " on "
                        + model.device() + (model.loraRank() > 0 ? ", LoRA of rank " + model.loraRank() : ""));
        facts.put(
                "Data",
                plan.data().kind() + ": " + data.examples().size() + " chains of thought, "
                        + data.prompts().size() + " questions for reinforcement");
        facts.put("Warm-up", plan.warmUp().toString());
        facts.put("PPO", plan.ppo().toString());
        facts.put("Most tokens of an answer", Integer.toString(plan.maxTokens()));
        facts.put("Seed", Long.toString(plan.seed()));
        facts.put(
                "Machine",
                System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                        + Runtime.getRuntime().availableProcessors() + " processors, Java "
                        + Runtime.version().feature());
        return facts;
    }

    private Map<String, Double> seconds() {
        Map<String, Double> seconds = new LinkedHashMap<>();
        seconds.put("Warm-up", log(ReftRun.WARM_UP).seconds());
        seconds.put("PPO", log(ReftRun.PPO).seconds());
        seconds.put("SFT continued", log(ReftRun.SFT).seconds());
        return seconds;
    }

    private StageLog log(String stage) {
        return folder.finished(stage).orElse(StageLog.EMPTY);
    }

    private static String color(String contestant) {
        return COLORS.getOrDefault(contestant, GREY);
    }
}
