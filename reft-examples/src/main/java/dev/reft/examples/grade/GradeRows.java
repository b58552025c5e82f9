package dev.reft.examples.grade;

import dev.reft.examples.view.ProgressLine;
import dev.reft.generation.Completion;
import dev.reft.generation.Finish;
import dev.reft.graders.json.Json;
import dev.reft.graders.openai.GraderRun;
import dev.reft.graders.openai.JsonLines;
import dev.reft.graders.openai.RunResult;
import dev.reft.grading.Grade;
import dev.reft.grading.GradingDesk;
import dev.reft.grading.GradingException;
import dev.reft.grading.GradingJob;
import dev.reft.grading.GradingLimits;
import dev.reft.grading.GroupGrader;
import dev.reft.grading.Prompt;
import dev.reft.io.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Grades rows side by side and writes their results in the rows' order, in place of the file only when all are there.
 *
 * @param run the grader
 * @param threads rows at once, &gt;= 1
 * @param timeLimit of one row; a grader that passes it is interrupted, and its row has failed
 * @param maxStuck graders that do not heed the interrupt are given up and their threads replaced, until there were so many, &gt;= 1
 * @param sampleField the field with what the model said, text or an object of OpenAI's {@code sample}
 * @param itemField the field with the data row; where a row lacks it, its other fields are the item
 */
public record GradeRows(
        GraderRun run, int threads, Duration timeLimit, int maxStuck, String sampleField, String itemField) {
    /** Rows that wait for a thread; results are written in order, so a slow row holds this many back. */
    private static final int AHEAD = 8;

    /** How long a grader that was interrupted may take to end before its thread is given up. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if there is no thread, or the time limit is not positive
     */
    public GradeRows {
        if (threads < 1 || threads > 1024 || timeLimit.isNegative() || timeLimit.isZero() || maxStuck < 1) {
            throw new IllegalArgumentException("threads " + threads + " must be from 1 to 1024, the time limit "
                    + timeLimit + " and the number of stuck graders " + maxStuck + " positive");
        }
    }

    /** A row on its way through the desk. */
    private record Open(JsonLines.Row row, GradingJob job) {}

    /**
     * Grades all rows.
     *
     * @param rows the rows
     * @param out where results go, a JSON object a line; replaced as a whole at the end
     * @param line shows progress
     * @return what they came to
     * @throws IOException if the results cannot be written; the file then stays as it was
     * @throws IllegalArgumentException if a row has no sample
     * @throws GradingException if too many graders did not end when they were interrupted
     */
    public GradeSummary grade(List<JsonLines.Row> rows, Path out, ProgressLine line) throws IOException {
        GradeSummary summary = new GradeSummary();
        Map<Integer, RunResult> results = new ConcurrentHashMap<>();
        GroupGrader grader = (prompt, group) -> {
            Map<String, Object> item = fields(prompt, "item");
            RunResult result = prompt.attributes().get("sample") instanceof String text
                    ? run.run(text, item)
                    : run.run(fields(prompt, "sample"), item);
            results.put(group.get(0).sample(), result);
            return List.of(Grade.of(0));
        };
        GradingLimits limits = new GradingLimits(threads, timeLimit, 1, GRACE, maxStuck);
        try (GradingDesk desk = new GradingDesk(grader, limits, null)) {
            AtomicFiles.writeFile(out, channel -> write(rows, channel, desk, results, summary, line));
        }
        return summary;
    }

    private static Map<String, Object> fields(Prompt prompt, String name) {
        return Objects.requireNonNull(Json.object(prompt.attributes().get(name)));
    }

    private void write(
            List<JsonLines.Row> rows,
            FileChannel channel,
            GradingDesk desk,
            Map<Integer, RunResult> results,
            GradeSummary summary,
            ProgressLine line)
            throws IOException {
        line.start("Grading", 0, rows.size());
        Iterator<JsonLines.Row> waiting = rows.iterator();
        Deque<Open> open = new ArrayDeque<>();
        for (int done = 0; done < rows.size(); done++) {
            while (waiting.hasNext() && open.size() < threads * AHEAD) {
                JsonLines.Row next = waiting.next();
                open.add(new Open(next, submit(next, desk)));
            }
            Open first = open.remove();
            RunResult result = await(first, desk, results);
            summary.add(result);
            byte[] text = (Json.write(written(first.row(), result)) + "\n").getBytes(StandardCharsets.UTF_8);
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(text));
            line.update(done + 1, summary.line());
        }
        line.end(summary.line());
    }

    private GradingJob submit(JsonLines.Row row, GradingDesk desk) {
        String id = "row " + row.number();
        Prompt prompt = new Prompt(id, new Prompt.Input.Text(""), "", Map.of("sample", sample(row), "item", item(row)));
        return desk.submit(prompt, List.of(new Completion(id, row.number(), List.of(), "", Finish.END)));
    }

    private RunResult await(Open open, GradingDesk desk, Map<Integer, RunResult> results) throws IOException {
        try {
            Grade grade = desk.await(open.job()).get(0);
            RunResult result = results.remove(open.row().number());
            // A grader that ends after its time may still put its result there: it comes too late to count.
            return grade instanceof Grade.Failed || result == null
                    ? run.givenUp(why(grade), timeLimit.toNanos() / 1e9)
                    : result;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("grading was interrupted", e);
        }
    }

    private static String why(Grade grade) {
        return grade instanceof Grade.Failed failed
                ? String.valueOf(failed.cause().getMessage())
                : grade.toString();
    }

    /**
     * The data row that a row of the file carries.
     *
     * @param row of the file
     * @return its item
     */
    public Map<String, Object> item(JsonLines.Row row) {
        Map<String, Object> item = Json.object(row.fields().get(itemField));
        if (item == null) {
            item = new LinkedHashMap<>(row.fields());
            item.remove(sampleField);
        }
        return item;
    }

    /** What the model said: text, or the fields of a sample. */
    private Object sample(JsonLines.Row row) {
        Object sample = row.fields().get(sampleField);
        if (!(sample instanceof String) && Json.object(sample) == null) {
            throw row.error(sampleField, sample == null ? "is required" : "must be text or an object");
        }
        return Objects.requireNonNull(sample);
    }

    /** OpenAI's response, and beside it what it has no place for. */
    private static Map<String, Object> written(JsonLines.Row row, RunResult result) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("row", row.number());
        fields.putAll(result.json());
        result.passed().ifPresent(passed -> fields.put("passed", passed));
        if (!result.remarks().isEmpty()) {
            fields.put("remarks", result.remarks());
        }
        return fields;
    }
}
