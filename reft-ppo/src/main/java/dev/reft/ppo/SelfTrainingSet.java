package dev.reft.ppo;

import dev.reft.grading.Prompt;
import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/**
 * Right answers that a policy gave itself, to learn from, and how many there were of what.
 *
 * @param questions in the order in which they were asked
 */
public record SelfTrainingSet(List<Question> questions) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Copies the list. */
    public SelfTrainingSet {
        questions = List.copyOf(questions);
    }

    /**
     * An answer that was kept.
     *
     * @param sample which sample of the question, from 0
     * @param text without an end token
     */
    public record Kept(int sample, String text) {}

    /**
     * A question and its answers.
     *
     * @param prompt the question
     * @param sampled answers that were drawn
     * @param graded those that have a score
     * @param right those that are right
     * @param distinct right ones that read differently and were not cut off
     * @param kept those to learn
     */
    public record Question(Prompt prompt, int sampled, int graded, int right, int distinct, List<Kept> kept) {
        /** Copies the list. */
        public Question {
            kept = List.copyOf(kept);
        }
    }

    /**
     * The kept answers as supervised examples, named by question and sample.
     *
     * @return a new list
     */
    public List<SftExample> examples() {
        List<SftExample> examples = new ArrayList<>();
        for (Question question : questions) {
            for (Kept kept : question.kept()) {
                String id = question.prompt().id() + "#" + kept.sample();
                examples.add(new SftExample(id, question.prompt().input(), kept.text()));
            }
        }
        return examples;
    }

    /**
     * Worked solutions and the kept answers, those left out that read like a solution to the same prompt.
     *
     * @param solutions the gold examples
     * @return a new list, the solutions first
     */
    public List<SftExample> with(List<SftExample> solutions) {
        List<SftExample> all = new ArrayList<>(solutions);
        Set<List<Object>> known = new HashSet<>();
        solutions.forEach(gold -> known.add(List.of(gold.input(), normalised(gold.completion()))));
        for (SftExample own : examples()) {
            if (known.add(List.of(own.input(), normalised(own.completion())))) {
                all.add(own);
            }
        }
        return all;
    }

    /**
     * Counts over all questions.
     *
     * @return {@code questions}, {@code questions/solved} (with an answer kept), {@code sampled}, {@code graded}, {@code right},
     *     {@code distinct}, {@code kept}
     */
    public Map<String, Integer> counts() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        counts.put("questions", questions.size());
        counts.put("questions/solved", (int)
                questions.stream().filter(q -> !q.kept().isEmpty()).count());
        counts.put("sampled", questions.stream().mapToInt(Question::sampled).sum());
        counts.put("graded", questions.stream().mapToInt(Question::graded).sum());
        counts.put("right", questions.stream().mapToInt(Question::right).sum());
        counts.put("distinct", questions.stream().mapToInt(Question::distinct).sum());
        counts.put("kept", questions.stream().mapToInt(q -> q.kept().size()).sum());
        return counts;
    }

    /**
     * Writes a line a question for an audit: {@code {"id", "prompt", "reference", "sampled", "graded", "right", "distinct", "kept": [{"sample",
     * "text"}]}}; the file appears whole or not at all.
     *
     * @param file replaced if it exists
     * @throws UncheckedIOException if writing fails
     */
    public void write(Path file) {
        StringBuilder lines = new StringBuilder();
        for (Question question : questions) {
            Map<String, Object> line = AnswerFile.row(question.prompt());
            line.put("reference", question.prompt().reference());
            line.put("sampled", question.sampled());
            line.put("graded", question.graded());
            line.put("right", question.right());
            line.put("distinct", question.distinct());
            List<Map<String, Object>> kept = new ArrayList<>();
            question.kept().forEach(k -> kept.add(Map.of("sample", k.sample(), "text", k.text())));
            line.put("kept", kept);
            lines.append(JSON.writeValueAsString(line)).append('\n');
        }
        try {
            Path parent = file.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            AtomicFiles.writeText(file, lines.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + file, e);
        }
    }

    /** A text with each run of white space as one space, and none at its ends. */
    static String normalised(String text) {
        return String.join(" ", text.strip().split("\\p{IsWhite_Space}+"));
    }
}
