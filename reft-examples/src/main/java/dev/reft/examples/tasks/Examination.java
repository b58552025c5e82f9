package dev.reft.examples.tasks;

import dev.reft.grading.Grade;
import dev.reft.ppo.EvaluationReport;
import dev.reft.ppo.data.JsonLines;
import dev.reft.ppo.data.JsonRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The answers of a stage to held-out items, as its file has them.
 *
 * @param answers in the order of items
 */
record Examination(List<Answer> answers) {
    private static final String FILE = "answers.jsonl";
    private static final String PARTS = "parts";

    Examination {
        answers = List.copyOf(answers);
    }

    /**
     * An answer.
     *
     * @param id of the item
     * @param text what the model wrote
     * @param score of the grader; 0 if it gave none
     * @param tokens how long it is, its end included
     * @param parts of the score
     */
    record Answer(String id, String text, double score, int tokens, Map<String, Double> parts) {
        Answer {
            parts = Map.copyOf(parts);
        }

        double part(String name) {
            return parts.getOrDefault(name, 0.0);
        }
    }

    static Examination of(EvaluationReport report) {
        List<Answer> answers = new ArrayList<>();
        for (EvaluationReport.Item item : report.items()) {
            for (EvaluationReport.Answer answer : item.answers()) {
                boolean known = answer.grade() instanceof Grade.Score;
                answers.add(new Answer(
                        item.prompt().id(),
                        answer.completion().text(),
                        known ? ((Grade.Score) answer.grade()).value() : 0,
                        answer.completion().tokens().length,
                        known ? ((Grade.Score) answer.grade()).parts() : Map.of()));
            }
        }
        return new Examination(answers);
    }

    /** Writes the answers into a stage's output. */
    Examination writeTo(Path stage) {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Answer answer : answers) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("id", answer.id());
            line.put("text", answer.text());
            line.put("score", answer.score());
            line.put("tokens", answer.tokens());
            line.put(PARTS, new TreeMap<>(answer.parts()));
            lines.add(line);
        }
        JsonLines.write(stage.resolve(FILE), lines);
        return this;
    }

    /** Reads them again. */
    static Examination read(Path stage) {
        List<Answer> answers = new ArrayList<>();
        for (JsonRow row : JsonLines.read(stage.resolve(FILE))) {
            Map<String, Double> parts = new TreeMap<>();
            for (Map.Entry<?, ?> part : ((Map<?, ?>) row.typed(PARTS, Map.class, "a map")).entrySet()) {
                if (!(part.getValue() instanceof Number value)) {
                    throw row.wrong(PARTS, "must hold numbers");
                }
                parts.put(String.valueOf(part.getKey()), value.doubleValue());
            }
            answers.add(new Answer(
                    row.text("id"), row.text("text"), row.number("score"), (int) row.number("tokens"), parts));
        }
        return new Examination(answers);
    }

    /** Mean score. */
    double score() {
        return answers.stream().mapToDouble(Answer::score).average().orElse(Double.NaN);
    }

    /** Share of answers with a score of 1. */
    double solved() {
        return answers.stream()
                .mapToDouble(a -> a.score() >= 1 ? 1 : 0)
                .average()
                .orElse(Double.NaN);
    }

    /** Mean tokens. */
    double length() {
        return answers.stream().mapToInt(Answer::tokens).average().orElse(Double.NaN);
    }

    /** Mean of a part, over the answers whose ids begin so; an answer without it counts 0. */
    double part(String name, String prefix) {
        return answers.stream()
                .filter(a -> a.id().startsWith(prefix))
                .mapToDouble(a -> a.part(name))
                .average()
                .orElse(Double.NaN);
    }
}
