package dev.reft.examples.rft;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Events and checkpoints of a run in the shapes that OpenAI lists them in ({@code fine_tuning.job.event},
 * {@code fine_tuning.job.checkpoint}). Of the metrics there are those that were measured: rewards, not the losses of supervised jobs.
 */
final class JobEvents {
    private final RunLog events;
    private final RunLog checkpoints;
    private final String job;
    private int written;

    JobEvents(RunLog events, RunLog checkpoints, String job) {
        this.events = events;
        this.checkpoints = checkpoints;
        this.job = job;
    }

    /** Takes out what a resumed run will do again. */
    void keep(int attempt, long step) {
        events.keep(row -> isBefore(row, attempt, step));
        checkpoints.keep(row -> isBefore(row, attempt, step));
        written = events.rows().size();
    }

    private static boolean isBefore(Map<String, Object> row, int attempt, long step) {
        double of = RunLog.number(row, "attempt");
        return Double.isNaN(of) || of < attempt || (of == attempt && RunLog.number(row, "step_number") <= step);
    }

    void tell(String level, int attempt, long step, String message, Map<String, Double> metrics) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("object", "fine_tuning.job.event");
        event.put("id", "ftevent-" + job + "-" + written++);
        event.put("created_at", Instant.now().getEpochSecond());
        event.put("level", level);
        event.put("message", message);
        event.put("type", metrics.isEmpty() ? "message" : "metrics");
        if (!metrics.isEmpty()) {
            event.put("data", metrics);
        }
        // Not in OpenAI's shape: where the run was.
        event.put("attempt", attempt);
        event.put("step_number", step);
        events.add(event);
    }

    void checkpoint(int attempt, long step, String folder, Map<String, Double> metrics) {
        Map<String, Object> checkpoint = new LinkedHashMap<>();
        checkpoint.put("object", "fine_tuning.job.checkpoint");
        checkpoint.put("id", "ftckpt-" + job + "-" + attempt + "-" + step);
        checkpoint.put("created_at", Instant.now().getEpochSecond());
        checkpoint.put("fine_tuning_job_id", "ftjob-" + job);
        checkpoint.put("fine_tuned_model_checkpoint", folder);
        checkpoint.put("step_number", step);
        checkpoint.put("metrics", new TreeMap<>(metrics));
        checkpoint.put("attempt", attempt);
        checkpoints.add(checkpoint);
    }
}
