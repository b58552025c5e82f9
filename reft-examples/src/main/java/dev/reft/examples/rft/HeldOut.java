package dev.reft.examples.rft;

import dev.reft.grading.Grade;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.data.JsonLines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an evaluation on the held-out rows came to.
 *
 * @param reward mean score of the answers that have one; NaN if none has
 * @param scored answers with a score
 * @param failed answers whose grading failed
 * @param parts means of the scores' parts, those of a multi grader and error flags among them
 * @param length mean tokens of an answer
 */
record HeldOut(double reward, int scored, int failed, Map<String, Double> parts, double length) {
    static HeldOut of(EvaluationReport report) {
        double sum = 0;
        int scored = 0;
        int failed = 0;
        long tokens = 0;
        int answers = 0;
        Map<String, Double> parts = new TreeMap<>();
        for (EvaluationReport.Item item : report.items()) {
            for (EvaluationReport.Answer answer : item.answers()) {
                answers++;
                tokens += answer.completion().tokens().length;
                if (answer.grade() instanceof Grade.Score score) {
                    scored++;
                    sum += score.value();
                    score.parts().forEach((name, value) -> parts.merge(name, value, Double::sum));
                } else if (answer.grade() instanceof Grade.Failed) {
                    failed++;
                }
            }
        }
        int count = Math.max(1, scored);
        parts.replaceAll((name, total) -> total / count);
        return new HeldOut(
                scored == 0 ? Double.NaN : sum / scored, scored, failed, parts, (double) tokens / Math.max(1, answers));
    }

    /** Numbers for the metrics, those that are finite. */
    Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (Double.isFinite(reward)) {
            metrics.put("valid_reward_mean", reward);
        }
        metrics.put("valid_scored", (double) scored);
        metrics.put("valid_failed", (double) failed);
        metrics.put("valid_length_mean", length);
        parts.forEach((name, value) -> metrics.put("valid_part/" + name, value));
        return metrics;
    }

    /** Writes what was answered, to be read by people and by the report. */
    static void write(EvaluationReport report, Path file) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (EvaluationReport.Item item : report.items()) {
            for (EvaluationReport.Answer answer : item.answers()) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("row", item.prompt().id());
                line.put("sample", answer.completion().sample());
                line.put("text", answer.completion().text());
                line.put("grade", outcome(answer.grade()));
                if (answer.grade() instanceof Grade.Score score) {
                    line.put("reward", score.value());
                }
                lines.add(line);
            }
        }
        JsonLines.write(file, lines);
    }

    private static String outcome(Grade grade) {
        if (grade instanceof Grade.Score) {
            return "score";
        }
        return grade instanceof Grade.Failed failed
                ? "failed: " + failed.cause().getMessage()
                : grade.toString();
    }
}
