package dev.reft.examples.rft;

import dev.reft.examples.data.Problem;
import dev.reft.examples.data.PromptFormat;
import dev.reft.examples.data.WordProblems;
import dev.reft.examples.data.WordProblems.Part;
import dev.reft.graders.json.Json;
import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A small job for the embedded model, in OpenAI's files: generated word problems, a string_check that looks for the answer at the very end,
 * and examples for a warm-up.
 */
public final class WordJob {
    /** The job's file. */
    public static final String JOB = "job.json";

    /** The warm-up's file. */
    public static final String WARM_UP = "warm-up.jsonl";

    private static final int VALIDATION_ROWS = 100;
    private static final int EXAMPLES = 300;

    private WordJob() {}

    /**
     * Writes the files, unless the job is there already.
     *
     * @param folder made if absent
     * @param rows training rows, &gt;= 1
     * @param seed of the problems
     * @return the job's file
     * @throws IOException if they cannot be written
     */
    public static Path write(Path folder, int rows, long seed) throws IOException {
        Files.createDirectories(folder);
        Path job = folder.resolve(JOB);
        if (Files.exists(job)) {
            return job;
        }
        WordProblems problems = new WordProblems(seed);
        lines(folder.resolve("train.jsonl"), rows(problems.problems(Part.ANSWERS, rows)));
        lines(folder.resolve("validation.jsonl"), rows(problems.problems(Part.TEST, VALIDATION_ROWS)));
        List<Map<String, ?>> examples = new ArrayList<>();
        for (Problem problem : problems.problems(Part.CHAINS, EXAMPLES)) {
            examples.add(ordered(
                    "messages",
                    List.of(
                            ordered("role", "user", "content", problem.question()),
                            ordered("role", "assistant", "content", PromptFormat.WORDS.target(problem)))));
        }
        lines(folder.resolve(WARM_UP), examples);
        Map<String, Object> grader = ordered(
                "type", "string_check",
                "name", "answer",
                "operation", "like",
                // The mark stands for the end, so that 5 is not found in 52.
                "input", "{{sample.output_text}}|",
                "reference", " answer {{item.reference_answer}}|");
        Map<String, Object> hyperparameters = ordered(
                "n_epochs",
                2,
                "batch_size",
                "auto",
                "eval_interval",
                "auto",
                "eval_samples",
                3,
                "reasoning_effort",
                "default");
        AtomicFiles.writeText(
                job.toAbsolutePath(),
                Json.write(ordered(
                        "model", "o4-mini-2025-04-16",
                        "training_file", "train.jsonl",
                        "validation_file", "validation.jsonl",
                        "seed", 7,
                        "suffix", "words",
                        "method",
                                ordered(
                                        "type",
                                        "reinforcement",
                                        "reinforcement",
                                        ordered("grader", grader, "hyperparameters", hyperparameters)))));
        return job;
    }

    private static List<Map<String, ?>> rows(List<Problem> problems) {
        List<Map<String, ?>> rows = new ArrayList<>();
        for (Problem problem : problems) {
            rows.add(ordered(
                    "messages",
                    List.of(ordered("role", "user", "content", problem.question())),
                    "reference_answer",
                    problem.answer()));
        }
        return rows;
    }

    /** In the order given: that of {@link Map#of} differs from process to process, and with it the files' digests. */
    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return map;
    }

    private static void lines(Path file, List<? extends Map<String, ?>> rows) throws IOException {
        StringBuilder text = new StringBuilder();
        rows.forEach(row -> text.append(Json.write(row)).append('\n'));
        AtomicFiles.writeText(file.toAbsolutePath(), text.toString());
    }
}
