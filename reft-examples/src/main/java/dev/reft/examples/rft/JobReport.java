package dev.reft.examples.rft;

import dev.reft.examples.view.Chart;
import dev.reft.examples.view.Curve;
import dev.reft.examples.view.HtmlReport;
import dev.reft.examples.view.ReportData;
import dev.reft.graders.openai.RftSetting;
import dev.reft.grading.Prompt;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import dev.reft.ppo.watch.BestCheckpoints;
import dev.reft.ppo.watch.Probes;
import dev.reft.ppo.watch.RolloutMeasures;
import dev.reft.text.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Puts what a job's run left behind into a page: curves of training and held-out rewards, answers over time, every setting. */
public final class JobReport {
    private static final String BLUE = "#3563e9";
    private static final String ORANGE = "#d98a1f";
    private static final int SHOWN = 6;

    private final Path folder;
    private final JobPlan plan;
    private final JobData data;
    private final JobRun.Outcome outcome;
    private final List<Map<String, Object>> rows;

    private JobReport(Path folder, JobPlan plan, JobData data, JobRun.Outcome outcome) {
        this.folder = folder;
        this.plan = plan;
        this.data = data;
        this.outcome = outcome;
        rows = JobRecords.way(
                new RunLog(folder.resolve("metrics.jsonl")), Attempts.open(folder.resolve("attempts.jsonl")));
    }

    /**
     * Writes the page.
     *
     * @param folder the run's
     * @param plan of the run
     * @param data its rows
     * @param outcome how it ended
     * @param settings what became of each of the job's settings
     * @return the HTML file
     * @throws IOException if it cannot be written
     */
    public static Path write(Path folder, JobPlan plan, JobData data, JobRun.Outcome outcome, List<RftSetting> settings)
            throws IOException {
        Path file = folder.resolve("report.html");
        HtmlReport.write(new JobReport(folder, plan, data, outcome).data(settings), file);
        return file;
    }

    private ReportData data(List<RftSetting> settings) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "Model",
                plan.model().embedded()
                        ? "embedded, from random weights"
                        : plan.model().path());
        facts.put(
                "Data",
                data.training().size() + " training rows, " + data.validation().size() + " held-out rows, "
                        + data.warmUp().size() + " examples of the warm-up");
        facts.put("Numbers", plan.numbers().toString());
        facts.put("Plan", plan.toString());
        facts.put("Warnings of the watch", warnings());
        settings.forEach(setting -> facts.put(setting.name() + " = " + setting.value(), setting.how()));
        Map<Long, List<JsonRow>> moments = moments();
        return new ReportData(
                "A job of reinforcement fine-tuning",
                lead(),
                List.of(),
                charts(),
                moments.keySet().stream().map(step -> "step " + step).toList(),
                samples(moments),
                facts,
                Map.of());
    }

    private String warnings() {
        String all = new RunLog(folder.resolve("events.jsonl"))
                .rows().stream()
                        .filter(event -> "warn".equals(event.get("level")))
                        .map(event -> String.valueOf(event.get("message")))
                        .collect(Collectors.joining(" / "));
        return all.isEmpty() ? "none" : all;
    }

    private String lead() {
        StringBuilder best = new StringBuilder();
        for (BestCheckpoints.Entry entry : outcome.best()) {
            best.append(best.length() == 0 ? "" : ", ")
                    .append(String.format(Locale.ROOT, "step %d (%.3f)", entry.step(), entry.score()));
        }
        return String.format(
                Locale.ROOT,
                "%d of %d steps on %d rows. Held-out reward: %.3f before, %.3f at the end. Best checkpoints by held-out reward: %s;"
                        + " a best of many evaluations is somewhat too good. The run began %d time(s). %s",
                outcome.steps(),
                outcome.planned(),
                data.training().size(),
                outcome.start(),
                outcome.end(),
                best,
                outcome.attempts(),
                outcome.stopped().isEmpty() ? "" : "It was stopped: " + outcome.stopped());
    }

    private List<Chart> charts() {
        return List.of(
                new Chart(
                        "Reward",
                        "step",
                        false,
                        List.of(
                                curve("training rows", "train_reward_mean", BLUE, true),
                                curve("held-out rows", "valid_reward_mean", ORANGE, false))),
                chart("KL from the start at checkpoints, nats a completion", Probes.KL),
                chart("Off task: log-probability of fixed texts, nats a token", Probes.OFF_TASK),
                chart("Reward and length, correlation within prompts", RolloutMeasures.REWARD_LENGTH_CORRELATION),
                chart("Tokens of a completion", "response/length_mean"),
                chart("Entropy, nats a token", RolloutMeasures.ENTROPY),
                chart("Identical completions of a prompt", RolloutMeasures.IDENTICAL_WITHIN),
                chart("Policy loss", "loss/policy_avg"),
                chart("Explained variance of the values", "value/explained_variance"));
    }

    private Chart chart(String title, String metric) {
        return new Chart(title, "step", false, List.of(curve(title, metric, BLUE, true)));
    }

    private Curve curve(String name, String metric, String color, boolean smooth) {
        List<Map<String, Object>> with =
                rows.stream().filter(row -> row.get(metric) instanceof Number).toList();
        return new Curve(
                name,
                color,
                with.stream().map(row -> RunLog.number(row, "step")).toList(),
                with.stream().map(row -> RunLog.number(row, metric)).toList(),
                smooth);
    }

    /** The answers before training, in the middle, at the best step and at the end. */
    private Map<Long, List<JsonRow>> moments() {
        List<Long> evaluated = rows.stream()
                .filter(row -> row.get("valid_reward_mean") instanceof Number)
                .map(row -> (long) RunLog.number(row, "step"))
                .toList();
        Map<Long, List<JsonRow>> moments = new TreeMap<>();
        if (evaluated.isEmpty()) {
            return moments;
        }
        List<Long> wanted = new ArrayList<>(
                List.of(evaluated.get(0), evaluated.get(evaluated.size() / 2), evaluated.get(evaluated.size() - 1)));
        outcome.best().stream().limit(1).forEach(entry -> wanted.add(entry.step()));
        for (long step : wanted) {
            Path file = folder.resolve(String.format(Locale.ROOT, "answers/step-%06d.jsonl", step));
            if (Files.isRegularFile(file)) {
                moments.put(step, JsonLines.read(file));
            }
        }
        return moments;
    }

    private List<ReportData.Sample> samples(Map<Long, List<JsonRow>> moments) {
        List<ReportData.Sample> samples = new ArrayList<>();
        for (Prompt prompt :
                data.validation().subList(0, Math.min(SHOWN, data.validation().size()))) {
            List<ReportData.Answer> answers = new ArrayList<>();
            for (List<JsonRow> lines : moments.values()) {
                answers.add(lines.stream()
                        .filter(row -> row.text("row").equals(prompt.id()))
                        .findFirst()
                        .map(JobReport::answer)
                        .orElse(new ReportData.Answer("", false)));
            }
            samples.add(new ReportData.Sample(question(prompt), prompt.reference(), answers));
        }
        return samples;
    }

    private static ReportData.Answer answer(JsonRow row) {
        double reward = row.text("grade").equals("score") ? row.number("reward") : Double.NaN;
        return new ReportData.Answer(row.text("text") + String.format(Locale.ROOT, " [%.2f]", reward), reward > 0.5);
    }

    private static String question(Prompt prompt) {
        if (prompt.input() instanceof Prompt.Input.Text text) {
            return text.text();
        }
        List<Message> messages = ((Prompt.Input.Chat) prompt.input()).messages();
        return String.valueOf(messages.get(messages.size() - 1).content());
    }
}
