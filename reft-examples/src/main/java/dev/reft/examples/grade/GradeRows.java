package dev.reft.examples.grade;

import dev.reft.examples.view.ProgressLine;
import dev.reft.graders.json.Json;
import dev.reft.graders.openai.GraderRun;
import dev.reft.graders.openai.JsonLines;
import dev.reft.graders.openai.RunResult;
import dev.reft.grading.Deadline;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Grades rows side by side and writes their results in the rows' order, in place of the file only when all are there.
 *
 * @param run the grader
 * @param threads rows at once, &gt;= 1
 * @param timeLimit of one row
 * @param sampleField the field with what the model said, text or an object of OpenAI's {@code sample}
 * @param itemField the field with the data row; where a row lacks it, its other fields are the item
 */
public record GradeRows(GraderRun run, int threads, Duration timeLimit, String sampleField, String itemField) {
    /** Rows that wait for a thread; results are written in order, so a slow row holds this many back. */
    private static final int AHEAD = 8;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if there is no thread, or the time limit is not positive
     */
    public GradeRows {
        if (threads < 1 || threads > 1024 || timeLimit.isNegative() || timeLimit.isZero()) {
            throw new IllegalArgumentException(
                    "threads " + threads + " must be from 1 to 1024, the time limit " + timeLimit + " positive");
        }
    }

    /**
     * Grades all rows.
     *
     * @param rows the rows
     * @param out where results go, a JSON object a line; replaced as a whole at the end
     * @param line shows progress
     * @return what they came to
     * @throws IOException if the results cannot be written; the file then stays as it was
     * @throws IllegalArgumentException if a row has no sample
     */
    public GradeSummary grade(List<JsonLines.Row> rows, Path out, ProgressLine line) throws IOException {
        GradeSummary summary = new GradeSummary();
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "reft-grade-file");
            thread.setDaemon(true);
            return thread;
        });
        try {
            AtomicFiles.writeFile(out, channel -> write(rows, channel, pool, summary, line));
        } finally {
            pool.shutdownNow();
        }
        return summary;
    }

    private void write(
            List<JsonLines.Row> rows,
            FileChannel channel,
            ExecutorService pool,
            GradeSummary summary,
            ProgressLine line)
            throws IOException {
        line.start("Grading", 0, rows.size());
        Iterator<JsonLines.Row> waiting = rows.iterator();
        Deque<Future<RunResult>> open = new ArrayDeque<>();
        int done = 0;
        for (JsonLines.Row row : rows) {
            while (waiting.hasNext() && open.size() < threads * AHEAD) {
                JsonLines.Row next = waiting.next();
                open.add(pool.submit(() -> Deadline.in(timeLimit).call(() -> one(next))));
            }
            RunResult result = await(open.remove());
            summary.add(result);
            byte[] text = (Json.write(written(row, result)) + "\n").getBytes(StandardCharsets.UTF_8);
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(text));
            line.update(++done, summary.line());
        }
        line.end(summary.line());
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

    private RunResult one(JsonLines.Row row) throws InterruptedException {
        Object sample = row.fields().get(sampleField);
        Map<String, Object> item = item(row);
        if (sample instanceof String text) {
            return run.run(text, item);
        }
        Map<String, Object> fields = Json.object(sample);
        if (fields == null) {
            throw row.error(sampleField, sample == null ? "is required" : "must be text or an object");
        }
        return run.run(fields, item);
    }

    /** OpenAI's response, and beside it what it has no place for. */
    private static Map<String, @Nullable Object> written(JsonLines.Row row, RunResult result) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("row", row.number());
        fields.putAll(result.json());
        result.passed().ifPresent(passed -> fields.put("passed", passed));
        if (!result.remarks().isEmpty()) {
            fields.put("remarks", result.remarks());
        }
        return fields;
    }

    private static RunResult await(Future<RunResult> result) throws IOException {
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IOException("grading failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("grading was interrupted", e);
        }
    }
}
